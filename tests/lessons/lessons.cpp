#include "tests/lessons/check.hpp"

namespace lockstep::lessons {

std::vector<Lesson> all_lessons() {
  return {lesson_01(), lesson_02(), lesson_03(), lesson_04(), lesson_05(),
          lesson_06(), lesson_07(), lesson_08(), lesson_09()};
}

}  // namespace lockstep::lessons
