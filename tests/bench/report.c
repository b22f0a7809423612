// The table and the verdicts. Ratios are taken within a round, between runs a moment apart: what
// disturbs the machine just then hits both numbers of a ratio.
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double kAimRatio = 1.3;
static const long kAimResidentKib = 2 * 1024, kAimStrippedKib = 3 * 1024;

struct spread {
  double lowest, p10, median, p90;
  double sure_from, sure_to;  // the median's 95 % confidence interval
};

static int ascending(const void* left, const void* right) {
  const double a = *(const double*)left, b = *(const double*)right;
  return (a > b) - (a < b);
}

static double values[kMaxRounds];

// Of the first `rounds` of `values`, which are then sorted.
static struct spread spread_of_values(int rounds) {
  qsort(values, (size_t)rounds, sizeof *values, ascending);
  const int last = rounds - 1;
  int reach = 0;  // in ranks around the median: half of 1.96 times the root of their number
  while (reach < last / 2 && reach * reach < rounds) ++reach;
  return (struct spread){
      .lowest = values[0],
      .p10 = values[last / 10],
      .median = values[last / 2],
      .p90 = values[last - last / 10],
      .sure_from = values[last / 2 - reach],
      .sure_to = values[last - (last / 2 - reach)],
  };
}

// Of a row's times, or, with a base, of their ratios to that row's.
static struct spread spread_of(const struct row* row, const struct row* base, int rounds) {
  for (int i = 0; i < rounds; ++i) values[i] = row->ms[i] / (base ? base->ms[i] : 1);
  return spread_of_values(rounds);
}

// Of how much longer it took than another, in the same round.
static struct spread difference_of(const struct row* row, const struct row* base, int rounds) {
  for (int i = 0; i < rounds; ++i) values[i] = row->ms[i] - base->ms[i];
  return spread_of_values(rounds);
}

static void print_row(const struct row* row, const struct row* crun, int rounds) {
  const struct spread ms = spread_of(row, NULL, rounds);
  printf("  %-15s %9.3f %9.3f %9.3f %9.2f", row->label, ms.median, ms.p10, ms.p90,
         spread_of(row, row->base, rounds).median);
  if (crun && row->base == crun->base) {
    printf(" %9.2f", spread_of(row, crun, rounds).median);
  } else {
    printf(" %9s", "-");
  }
  printf(" %13ld %13ld\n", row->resident_kib, row->stripped_kib);
}

// Waiting for a processor adds about the same to both times, so that a busy machine makes every
// ratio look like 1. The times tell: on a quiet machine their median is near the lowest.
static int is_busy(struct spread ms) { return ms.median > 2 * ms.lowest; }

static const char* judge(struct spread value, double aim, struct spread base_ms) {
  if (is_busy(base_ms)) return "no verdict, the machine is too busy";
  if (value.sure_to <= aim) return "met";
  if (value.sure_from > aim) return "MISSED";
  return "undecided, needs a larger -n";
}

static void print_resident_verdict(const struct row* row) {
  printf("  %s: %ld KiB resident, aim under %ld: %s\n", row->label, row->resident_kib,
         kAimResidentKib, row->resident_kib < kAimResidentKib ? "met" : "MISSED");
}

static void print_verdicts(const struct row* row, int rounds) {
  const struct spread ratio = spread_of(row, row->base, rounds);
  printf("  %s: %.2f x floor (95 %% sure: %.2f to %.2f), aim %.1f: %s\n", row->label, ratio.median,
         ratio.sure_from, ratio.sure_to, kAimRatio,
         judge(ratio, kAimRatio, spread_of(row->base, NULL, rounds)));
  print_resident_verdict(row);
  printf("  %s: %ld KiB stripped, aim under %ld: %s\n", row->label, row->stripped_kib,
         kAimStrippedKib, row->stripped_kib < kAimStrippedKib ? "met" : "MISSED");
}

void print_report(const struct row* rows, int row_count, const struct row* crun, int rounds) {
  printf("  %-15s %9s %9s %9s %9s %9s %13s %13s\n", "", "median ms", "p10", "p90", "x floor",
         "x crun", "resident KiB", "stripped KiB");
  for (int i = 0; i < row_count; ++i) print_row(&rows[i], crun, rounds);
  for (int i = 0; i < row_count; ++i) {
    if (strcmp(rows[i].aim, "floor") == 0) print_verdicts(&rows[i], rounds);
  }
}

static const struct row* find_row(const struct row* rows, int row_count, const char* label) {
  for (int i = 0; i < row_count; ++i) {
    if (strcmp(rows[i].label, label) == 0) return &rows[i];
  }
  return NULL;
}

// Of the row, if that was disturbed, else of its base: a short row feels it more than a long one.
static struct spread more_disturbed(const struct row* row, const struct row* base, int rounds) {
  const struct spread ms = spread_of(row, NULL, rounds);
  return is_busy(ms) ? ms : spread_of(base, NULL, rounds);
}

static void print_total_verdict(const struct row* row, double aim, int rounds) {
  const struct spread ms = spread_of(row, NULL, rounds);
  printf("  %s: %.1f ms in all (95 %% sure: %.1f to %.1f), aim %.0f: %s\n", row->label, ms.median,
         ms.sure_from, ms.sure_to, aim, judge(ms, aim, spread_of(row->base, NULL, rounds)));
}

static void print_more_verdict(const struct row* row, const struct row* base, double aim,
                               int rounds) {
  const struct spread more = difference_of(row, base, rounds);
  printf("  %s: %+.2f ms against %s (95 %% sure: %+.2f to %+.2f), aim %+.1f: %s\n", row->label,
         more.median, base->label, more.sure_from, more.sure_to, aim,
         judge(more, aim, more_disturbed(row, base, rounds)));
}

static void print_ratio_verdict(const struct row* row, const struct row* base, double aim,
                                int rounds) {
  const struct spread ratio = spread_of(row, base, rounds);
  printf("  %s: %.2f x %s (95 %% sure: %.2f to %.2f), aim %.2f: %s\n", row->label, ratio.median,
         base->label, ratio.sure_from, ratio.sure_to, aim,
         judge(ratio, aim, more_disturbed(row, base, rounds)));
}

// One of the row's aims. timer.c has how they are written; `aim` is changed.
static void print_aim(const struct row* row, char* aim, const struct row* rows, int row_count,
                      int rounds) {
  char* const sign = strpbrk(aim, "*+");
  if (strcmp(aim, "small") == 0) {
    print_resident_verdict(row);
  } else if (!sign) {
    print_total_verdict(row, strtod(aim, NULL), rounds);
  } else {
    const int is_ratio = *sign == '*';
    *sign = '\0';
    const struct row* base = sign == aim ? row->base : find_row(rows, row_count, aim);
    if (!base) {
      printf("  %s: no verdict against %s, which was left out\n", row->label, aim);
    } else {
      (is_ratio ? print_ratio_verdict : print_more_verdict)(row, base, strtod(sign + 1, NULL),
                                                            rounds);
    }
  }
}

void print_differences(const struct row* rows, int row_count, int rounds) {
  printf("  %-17s %9s %9s %9s %9s %9s   %s\n", "", "median ms", "p10", "p90", "ms more", "x",
         "than");
  for (int i = 0; i < row_count; ++i) {
    const struct row* row = &rows[i];
    const struct spread ms = spread_of(row, NULL, rounds);
    printf("  %-17s %9.3f %9.3f %9.3f", row->label, ms.median, ms.p10, ms.p90);
    if (row->base != row) {
      printf(" %+9.3f %9.2f   %s", difference_of(row, row->base, rounds).median,
             spread_of(row, row->base, rounds).median, row->base->label);
    }
    printf("\n");
  }
  for (int i = 0; i < row_count; ++i) {
    if (strcmp(rows[i].aim, "-") == 0) continue;
    char* const aims = strdup(rows[i].aim);
    for (char* aim = strtok(aims, ","); aim; aim = strtok(NULL, ",")) {
      print_aim(&rows[i], aim, rows, row_count, rounds);
    }
    free(aims);
  }
}
