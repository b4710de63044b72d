// How often a test tries something random: a third as often with sanitizers, which make it several
// times slower. The release build makes all tries.
#pragma once

namespace exectrail::test {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define EXECTRAIL_INSTRUMENTED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EXECTRAIL_INSTRUMENTED 1
#endif

constexpr unsigned tries(unsigned all) {
#ifdef EXECTRAIL_INSTRUMENTED
  return (all + 2) / 3;
#else
  return all;
#endif
}

}  // namespace exectrail::test
