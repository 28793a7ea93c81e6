// A queue in one block of memory that grows by doubling: std::deque without its allocations as it moves on.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace dse {

template <typename T>
class RingBuffer {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  // The buffer must not be empty.
  T& front() { return slots_[first_]; }
  const T& front() const { return slots_[first_]; }
  // Element `place`, counted from the front; it must be there.
  const T& at(std::size_t place) const { return slots_[(first_ + place) & mask()]; }
  const T& back() const { return slots_[(first_ + size_ - 1) & mask()]; }

  void push_back(T value) {
    if (size_ == capacity_) grow();
    slots_[(first_ + size_) & mask()] = std::move(value);
    ++size_;
  }
  void push_front(T value) {
    if (size_ == capacity_) grow();
    first_ = (first_ + capacity_ - 1) & mask();
    slots_[first_] = std::move(value);
    ++size_;
  }
  // Removes and returns the first. The buffer must not be empty.
  T pop_front() {
    T value = std::move(slots_[first_]);
    first_ = (first_ + 1) & mask();
    --size_;
    return value;
  }
  void clear() {
    while (!empty()) pop_front();
  }
  // Removes the first element equal to `value`, if there is one; the others keep their order.
  void remove(const T& value) {
    bool found = false;
    for (std::size_t left = size_; left > 0; --left) {
      T element = pop_front();
      if (!found && element == value) {
        found = true;
      } else {
        push_back(std::move(element));
      }
    }
  }

 private:
  std::size_t mask() const { return capacity_ - 1; }
  // Apart, so that what is called for each element stays small.
  [[gnu::noinline, gnu::cold]] void grow() {
    const std::size_t capacity = capacity_ == 0 ? 8 : 2 * capacity_;
    std::unique_ptr<T[]> larger = std::make_unique<T[]>(capacity);
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move(slots_[(first_ + i) & mask()]);
    slots_ = std::move(larger);
    capacity_ = capacity;
    first_ = 0;
  }

  std::unique_ptr<T[]> slots_;
  std::size_t capacity_ = 0;  // 0, or a power of two
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace dse
