// A record of a Cap'n Proto batch -> a Record, by Cap'n Proto's readers: the kinds that are rare,
// and what batch_view.cpp does not find where it expects it.
#pragma once

#include "trace/image_decoder.h"

namespace exectrail::trace {

// Throws BadMessage if so many elements, of at least so many words each, are more than fit into a
// message of `words`: a list of elements of no size could claim any number of them.
void requireWords(std::size_t count, std::size_t wordsEach, std::size_t words, const char* what);

// The body as a T: the one that is there already, so that its lists keep their memory, or a new
// one. Execs come between forks and exits: the memory of their arguments waits in `spare`
// meanwhile.
template <typename T>
T& bodyAs(Record& record, Arguments& spare) {
  if (auto* existing = std::get_if<T>(&record.body)) return *existing;
  if (auto* exec = std::get_if<Exec>(&record.body)) spare = std::move(exec->image.arguments.value);
  T& body = record.body.emplace<T>();
  if constexpr (std::is_same_v<T, Exec>) body.image.arguments.value = std::move(spare);
  return body;
}

// The body of any record but a fork. `words` of the whole message.
void decodeBody(const schema::Record::Reader& in, const PartDecoder& decoder, std::size_t words,
                Arguments& spare, Record& out);

}  // namespace exectrail::trace
