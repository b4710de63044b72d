// A pointer that counts its owners in the object: what one thread's process tree shares in the
// million needs neither a control block nor an atomic count. The object has a `uses`, and a
// function unused(T*) beside it says what becomes of it when nobody needs it any more.
#pragma once

#include <cstddef>
#include <utility>

namespace exectrail::analyzer {

template <typename T>
class Counted {
 public:
  Counted() = default;
  Counted(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): as with every other pointer
  explicit Counted(T* object) : object_(object) {
    if (object_ != nullptr) ++object_->uses;
  }
  Counted(const Counted& other) : Counted(other.object_) {}
  Counted(Counted&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Counted& operator=(Counted other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Counted() {
    if (object_ != nullptr && --object_->uses == 0) unused(object_);
  }

  // Gives up the object without a look at the count.
  T* release() { return std::exchange(object_, nullptr); }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }
  friend bool operator==(const Counted&, const Counted&) = default;

 private:
  T* object_ = nullptr;
};

}  // namespace exectrail::analyzer
