#include "recorder/kernel/ring_page.h"

#include <cstring>
#include <functional>
#include <vector>

extern "C" {
#include <traceevent/kbuffer.h>
}

namespace exectrail::recorder {

namespace {

// Layout of a page's head: an 8-byte time stamp, then a `long` whose low 27 bits count the bytes in
// use and whose top bits are flags (kernel/trace/ring_buffer.c, and kbuffer in libtraceevent).
constexpr std::size_t kCommitOffset = 8;
constexpr std::size_t kDataOffset = kCommitOffset + sizeof(long);
constexpr unsigned long kCommitMask = (1UL << 27) - 1;

// kbuffer looks up to one event header past the used bytes, and for a stored count of lost events.
constexpr std::size_t kSlack = 64;

// Whether every event begins behind the one before. kbuffer skips padding in a loop of its own, and
// a length below zero would lead that loop backwards, for ever.
bool leadsForward(kbuffer* buffer, std::span<std::byte> page) {
  kbuffer_raw_info event{};
  event.next = page.data() + kDataOffset;
  const void* at = event.next;
  while (kbuffer_raw_get(buffer, page.data(), &event) != nullptr) {
    if (std::less_equal<const void*>{}(event.next, at)) return false;
    at = event.next;
  }
  return true;
}

}  // namespace

struct RingPageDecoder::State {
  kbuffer* buffer = kbuffer_alloc(KBUFFER_LSIZE_SAME_AS_HOST, KBUFFER_ENDIAN_SAME_AS_HOST);
  std::vector<std::byte> page;

  State() = default;
  ~State() { kbuffer_free(buffer); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

RingPageDecoder::RingPageDecoder() : state_(std::make_unique<State>()) {}
RingPageDecoder::~RingPageDecoder() = default;

bool RingPageDecoder::decode(std::span<const std::byte> page, const PageVisitor& visitor) {
  if (page.size() < kDataOffset) return false;
  unsigned long commit = 0;
  std::memcpy(&commit, page.data() + kCommitOffset, sizeof commit);
  // kbuffer believes the count of used bytes; a short read or a lie must not lead past the page.
  if (kDataOffset + (commit & kCommitMask) > page.size()) return false;

  // A copy of our own: kbuffer takes a writable pointer and may look a little past the end.
  std::vector<std::byte>& copy = state_->page;
  copy.assign(page.begin(), page.end());
  copy.resize(page.size() + kSlack);
  if (!leadsForward(state_->buffer, copy)) return false;
  if (kbuffer_load_subbuffer(state_->buffer, copy.data()) != 0) return false;
  const int missed = kbuffer_missed_events(state_->buffer);
  if (missed != 0) {
    visitor.loss(kbuffer_timestamp(state_->buffer),
                 missed > 0 ? static_cast<std::uint64_t>(missed) : 0);
  }

  unsigned long long timeNs = 0;
  void* raw = kbuffer_read_event(state_->buffer, &timeNs);
  while (raw != nullptr) {
    const int size = kbuffer_event_size(state_->buffer);
    const auto offset = static_cast<std::size_t>(static_cast<std::byte*>(raw) - copy.data());
    if (size < 0 || offset > page.size() || static_cast<std::size_t>(size) > page.size() - offset) {
      return false;
    }
    visitor.event(timeNs, std::span(copy).subspan(offset, static_cast<std::size_t>(size)));
    raw = kbuffer_next_event(state_->buffer, &timeNs);
  }
  return true;
}

}  // namespace exectrail::recorder
