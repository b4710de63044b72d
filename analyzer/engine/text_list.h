// A list of texts that somebody else holds, in whichever of three ways: as a record has them, as
// the process tree keeps them, or made for the occasion.
#pragma once

#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

#include "analyzer/engine/texts.h"

namespace exectrail::analyzer {

class TextList {
 public:
  TextList() = default;
  explicit TextList(const std::vector<trace::Bytes>& list)
      : kind_(Kind::kViews), data_(list.data()), size_(list.size()) {}
  explicit TextList(const std::vector<std::string>& list)
      : kind_(Kind::kStrings), data_(list.data()), size_(list.size()) {}
  TextList(Text* const* texts, std::size_t size) : kind_(Kind::kTexts), data_(texts), size_(size) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  trace::Bytes operator[](std::size_t i) const {
    if (kind_ == Kind::kTexts) return static_cast<Text* const*>(data_)[i]->bytes();
    if (kind_ == Kind::kViews) return static_cast<const trace::Bytes*>(data_)[i];
    return static_cast<const std::string*>(data_)[i];
  }

  // Where they are: no two lists that live at the same time are at one place, but for empty ones.
  const void* where() const { return size_ == 0 ? nullptr : data_; }

  // The kept text, null if it is not one.
  Text* text(std::size_t i) const {
    return kind_ == Kind::kTexts ? static_cast<Text* const*>(data_)[i] : nullptr;
  }

  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = trace::Bytes;
    using reference = trace::Bytes;
    using pointer = const trace::Bytes*;
    using iterator_category = std::input_iterator_tag;
    Iterator() = default;
    Iterator(const TextList& list, std::size_t at) : list_(&list), at_(at) {}
    trace::Bytes operator*() const { return (*list_)[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++at_;
      return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const TextList* list_ = nullptr;
    std::size_t at_ = 0;
  };
  Iterator begin() const& { return {*this, 0}; }
  Iterator end() const& { return {*this, size_}; }

  // A temporary list would be gone before its elements are looked at.
  Iterator begin() const&& = delete;
  Iterator end() const&& = delete;

  std::vector<std::string> copy() const { return {begin(), end()}; }

 private:
  enum class Kind : std::uint8_t { kViews, kStrings, kTexts };

  Kind kind_ = Kind::kViews;
  const void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace exectrail::analyzer
