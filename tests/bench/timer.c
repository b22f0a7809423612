// timer: run every command of a plan once a round, and print a table of how long they took.
//
//   timer PLAN ROUNDS PAUSE_MS LOG [SAMPLES]
//
// A line of PLAN is one row: LABEL, the LABEL of its base (its floor, or what it is compared with),
// the aim, KiB resident, KiB stripped and the COMMAND, with tabs between them. The aim is "-" for
// none, "floor" for those of a step against its floor, "+N" for at most N ms more than the base,
// "N" for at most N ms in all. The COMMAND is split at blanks; its word {id} becomes a new name
// every time. Its standard error goes to LOG. SAMPLES gets every single time: round, label, ms.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

enum { kWarmUp = 5 };  // rounds that are thrown away
static struct row rows[kMaxRows];
static int row_count;
static char id[64];  // what the word {id} points to
static posix_spawn_file_actions_t redirections;

static void die(const char* what, int error) {
  fprintf(stderr, "timer: %s: %s\n", what, strerror(error));
  exit(1);
}

static const struct row* find(const char* label) {
  for (int i = 0; i < row_count; ++i) {
    if (strcmp(rows[i].label, label) == 0) return &rows[i];
  }
  return NULL;
}

static void read_row(struct row* row, char* line) {
  char* fields[5];
  for (int i = 0; i < 5; ++i) fields[i] = strsep(&line, "\t");
  if (!line) die("a line of the plan has fewer than six fields", EINVAL);
  row->label = fields[0];
  row->base_label = fields[1];
  row->aim = fields[2];
  row->resident_kib = atol(fields[3]);
  row->stripped_kib = atol(fields[4]);
  int count = 0;
  for (char* word = strtok(line, " \n"); word && count < kMaxWords; word = strtok(NULL, " \n")) {
    row->words[count++] = strcmp(word, "{id}") == 0 ? id : word;
  }
}

static void read_plan(const char* path) {
  FILE* plan = fopen(path, "re");
  char* line = NULL;
  size_t capacity = 0;
  if (!plan) die(path, errno);
  while (row_count < kMaxRows && getline(&line, &capacity, plan) > 0) {
    read_row(&rows[row_count++], strdup(line));
  }
  free(line);
  fclose(plan);
  for (int i = 0; i < row_count; ++i) {
    rows[i].base = find(rows[i].base_label);
    if (!rows[i].base) die(rows[i].base_label, ENOENT);
  }
}

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

// From the start of the command to the end of its process.
static double run_once(const struct row* row) {
  static int serial;
  pid_t pid;
  int status;
  snprintf(id, sizeof id, "lockstep-bench-%d-%d", getppid(), serial++);
  const double start = now_ms();
  const int error = posix_spawnp(&pid, row->words[0], &redirections, NULL, row->words, environ);
  if (error) die(row->words[0], error);
  if (waitpid(pid, &status, 0) < 0) die("waitpid", errno);
  const double elapsed = now_ms() - start;
  if (status == 0) return elapsed;
  fprintf(stderr, "timer: %s failed with wait status 0x%x\n", row->label, (unsigned)status);
  exit(1);
}

// Which row is at a position of a round. Simply shifting the order would keep every row behind the
// same neighbour, whose namespaces the kernel may still be taking down. In this order (Williams'
// square, mirrored every other time) each row comes after each other one equally often.
static int row_at(int round, int position) {
  const int mirrored = round / row_count % 2;
  const int k = mirrored ? row_count - 1 - position : position;
  const int zigzag = k % 2 ? (k + 1) / 2 : row_count - k / 2;
  return (zigzag + round) % row_count;
}

static void measure(int rounds, int pause_ms, FILE* samples) {
  const struct timespec pause = {pause_ms / 1000, pause_ms % 1000 * 1000000L};
  for (int round = -kWarmUp; round < rounds; ++round) {
    for (int position = 0; position < row_count; ++position) {
      struct row* row = &rows[row_at(round + kWarmUp, position)];
      if (pause_ms) nanosleep(&pause, NULL);
      const double elapsed = run_once(row);
      if (round < 0) continue;
      row->ms[round] = elapsed;
      if (samples) fprintf(samples, "%d\t%s\t%.4f\n", round, row->label, elapsed);
    }
  }
}

int main(int argc, char** argv) {
  const int rounds = argc > 2 ? atoi(argv[2]) : 0;
  if (argc < 5 || rounds < 1 || rounds > kMaxRounds) {
    fprintf(stderr, "usage: timer PLAN ROUNDS(1-%d) PAUSE_MS LOG [SAMPLES]\n", kMaxRounds);
    return 2;
  }
  FILE* samples = argc > 5 ? fopen(argv[5], "we") : NULL;
  if (argc > 5 && !samples) die(argv[5], errno);
  read_plan(argv[1]);
  posix_spawn_file_actions_init(&redirections);
  posix_spawn_file_actions_addopen(&redirections, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&redirections, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&redirections, 2, argv[4], O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (setpriority(PRIO_PROCESS, 0, -20) < 0) perror("timer: at ordinary priority");
  measure(rounds, atoi(argv[3]), samples);
  if (find("floor 01")) {
    print_report(rows, row_count, find("crun"), rounds);
  } else {
    print_differences(rows, row_count, rounds);
  }
  if (samples && fclose(samples)) die(argv[5], errno);
  return 0;
}
