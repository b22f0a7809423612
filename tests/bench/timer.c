// timer: run every command of a plan once a round, and print a table of how long they took.
//
//   timer PLAN ROUNDS PAUSE_MS LOG [SAMPLES]
//
// A line of PLAN is one row: LABEL, the LABEL of its base (its floor, or what it is compared with),
// the aim, KiB resident, KiB stripped and the COMMAND, with tabs between them. The aim is "-" for
// none, "floor" for those of a step against its floor; or some of these, with commas between them:
//
//   LABEL*N   at most N times as long as that row        +N    at most N ms more than the base
//   LABEL+N   at most N ms more than that row            N     at most N ms in all
//   small     under 2 MiB resident
//
// The COMMAND is split at blanks; its word {id} becomes a new name every time. It may be several, one
// after the other: the word "&&" is between them, and their times are added. One that begins with the
// word "untimed" doesn't count. The word "wait" alone waits for the container that `create` has left
// behind. "from FILE" runs nothing: the times are those of this LABEL in another table's SAMPLES.
// What they say to standard error goes to LOG. SAMPLES gets every single time: round, label, ms.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
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
  for (char* word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
    if (row->word_count == kMaxWords) die("a command of the plan has too many words", E2BIG);
    if (strcmp(word, "&&") == 0) {
      row->words[row->word_count++] = NULL;  // ends a command, as execve wants it
    } else {
      row->words[row->word_count++] = strcmp(word, "{id}") == 0 ? id : word;
    }
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

static pid_t spawn(char* const* words) {
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, words[0], &redirections, NULL, words, environ);
  if (error) die(words[0], error);
  return pid;
}

// From the start of the command to the end of its process.
static double run_command(const struct row* row, char* const* words) {
  const int any_child = -1;  // an orphan becomes this process's child
  int status = 0;
  const double start = now_ms();
  const pid_t pid = strcmp(words[0], "wait") == 0 ? any_child : spawn(words);
  if (waitpid(pid, &status, 0) < 0) die("waitpid", errno);
  const double elapsed = now_ms() - start;
  if (status == 0) return elapsed;
  fprintf(stderr, "timer: %s failed with wait status 0x%x\n", row->label, (unsigned)status);
  exit(1);
}

// The commands of a row, whose times are added.
static double run_once(const struct row* row) {
  static int serial;
  double elapsed = 0;
  const char* const tag = getenv("BENCH_TAG");
  snprintf(id, sizeof id, "%s-%d", tag ? tag : "lockstep-bench", serial++);
  for (int i = 0; i < row->word_count; ++i) {
    const int untimed = strcmp(row->words[i], "untimed") == 0;
    const double took = run_command(row, row->words + i + untimed);
    if (!untimed) elapsed += took;
    while (row->words[i]) ++i;
  }
  return elapsed;
}

static int is_from_file(const struct row* row) { return strcmp(row->words[0], "from") == 0; }

static void read_samples(struct row* row, int rounds) {
  char line[256], label[128];
  int round, count = 0;
  double ms;
  FILE* samples = fopen(row->words[1], "re");
  if (!samples) die(row->words[1], errno);
  while (fgets(line, sizeof line, samples)) {
    if (sscanf(line, "%d\t%127[^\t]\t%lf", &round, label, &ms) != 3) continue;
    if (strcmp(label, row->label) != 0 || round >= rounds) continue;
    row->ms[round] = ms;
    ++count;
  }
  fclose(samples);
  if (count != rounds) die("a row from a file has not as many rounds", EINVAL);
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
      if (is_from_file(row)) continue;
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
  if (prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) < 0) die("PR_SET_CHILD_SUBREAPER", errno);
  for (int i = 0; i < row_count; ++i) {
    if (is_from_file(&rows[i])) read_samples(&rows[i], rounds);
  }
  measure(rounds, atoi(argv[3]), samples);
  if (find("floor 01")) {
    print_report(rows, row_count, find("crun"), rounds);
  } else {
    print_differences(rows, row_count, rounds);
  }
  if (samples && fclose(samples)) die(argv[5], errno);
  return 0;
}
