#pragma once

#include <string>
#include <string_view>
#include <vector>

/// A Markdown page as its test sees it: the console blocks, and the blocks of lines taken from a
/// source. What they look like is told in docs/writing-lessons.md.
namespace lockstep::docs {

struct Line {
  size_t number = 0;  // in the page, from 1
  std::string text;
};

/// "$ hostname" and the lines below it: what it prints and what is typed into it.
struct Command {
  Line typed;
  std::vector<Line> shown;
};

struct Block {
  size_t line = 0;
  std::string terminal;         // "" is the first one, "user" the ordinary user's
  std::string skipped;          // why, if it is
  std::vector<Line> continued;  // above the first command: the terminal's last one is still running
  std::vector<Command> commands;

  bool is_users() const { return terminal == "user"; }
};

/// A block that repeats definitions of a source file.
struct Inclusion {
  size_t line = 0;    // the marker's
  size_t opened = 0;  // the fence's
  std::string file;
  std::vector<std::string> names;  // none: the comment with which the file opens
  std::vector<Line> body;
};

/// Something that is wrong with the page itself.
struct Problem {
  size_t line = 0;
  std::string text;
};

struct Page {
  std::string name;  // "docs/lessons/01-uts.md"
  std::vector<Block> blocks;
  std::vector<Inclusion> inclusions;
  std::vector<Problem> problems;

  size_t commands() const;
};

/// The lines of a text, without their ends.
std::vector<std::string> lines_of(std::string_view text);

Page read_page(const std::string& name, std::string_view text);

}  // namespace lockstep::docs
