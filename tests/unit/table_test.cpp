#include "common/cli/table.hpp"

#include "tests/support/doctest.hpp"

using lockstep::cli::table;

TEST_CASE("table: columns are as wide as their widest cell, with nothing behind the last") {
  CHECK(table({{"ID", "PID", "COMMAND"}, {"a", "12345", "sh"}, {"longest", "1", "sleep 60"}}) ==
        "ID       PID    COMMAND\n"
        "a        12345  sh\n"
        "longest  1      sleep 60\n");
}

TEST_CASE("table: a heading alone, a single column, no rows") {
  CHECK(table({{"ID", "PID"}}) == "ID  PID\n");
  CHECK(table({{"ID"}, {"a"}}) == "ID\na\n");
  CHECK(table({}).empty());
}

TEST_CASE("table: empty cells keep their column, short rows end early") {
  CHECK(table({{"A", "B", "C"}, {"", "x", ""}, {"y"}}) ==
        "A  B  C\n"
        "   x  \n"
        "y\n");
}
