// What the timer measures, and the report on it.
#pragma once

enum { kMaxRows = 32, kMaxWords = 32, kMaxRounds = 5000 };

struct row {
  const char *label, *floor_label;
  const struct row* floor;  // the row that does the least work for the same container
  long resident_kib, stripped_kib;
  char* words[kMaxWords + 1];  // the command, as execve wants it
  double ms[kMaxRounds];       // by round
};

// Prints a table with a line for each row, and the verdicts on the rows whose label begins with
// "step". `crun` is the base of the second column of ratios, or NULL.
void print_report(const struct row* rows, int row_count, const struct row* crun, int rounds);
