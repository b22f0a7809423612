// What the timer measures, and the report on it.
#pragma once

enum { kMaxRows = 32, kMaxWords = 64, kMaxRounds = 5000 };

struct row {
  const char *label, *base_label, *aim;
  const struct row* base;  // what it is compared with: its floor, the same without something
  long resident_kib, stripped_kib;
  char* words[kMaxWords + 1];  // the commands, a NULL behind each, as execve wants it
  int word_count;              // with the NULLs between them
  double ms[kMaxRounds];       // by round
};

// Prints a table with a line for each row: ratios to the floors, and the verdicts on the rows whose
// aim is "floor". `crun` is the base of the second column of ratios, or NULL.
void print_report(const struct row* rows, int row_count, const struct row* crun, int rounds);

// The same for rows that are compared with each other: how many ms more, and the verdicts on them.
void print_differences(const struct row* rows, int row_count, int rounds);
