// What a command answers on std::cout, and what becomes of it when nobody reads on (`| head`): no
// more is written, and that is no error. What is read for its text only ends at once, with status
// 0; where the status is asked for as well, it is that of the whole.
#pragma once

namespace exectrail::analyzer {

// Flushes std::cout. False if its reader has gone. Throws EnvironmentError if anything else has
// kept it from being written.
bool flushAnswer();

// Whether standard output is a terminal that colours are wanted on: not with NO_COLOR
// (no-color.org), nor on one that calls itself dumb.
bool wantsColour();

// For a command that has more to read, and only text to give: throws trace::ReaderGone then.
void flushAnswerOrEnd();

}  // namespace exectrail::analyzer
