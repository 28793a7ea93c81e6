#include "broker/queue.h"

#include "support/catch.h"

using namespace dse;

namespace {

void push(Queue& queue, const std::string& id) { queue.push({.message = make_message({.id = id})}); }

std::string drain(Queue& queue) {
  std::string ids;
  while (!queue.empty()) {
    const QueuedMessage queued = queue.pop();
    ids += queued.message->id() + (queued.redelivered ? "* " : " ");
  }
  return ids;
}

}  // namespace

TEST_CASE("a queue is first in, first out") {
  Queue queue;
  for (const char* id : {"a", "b", "c"}) push(queue, id);
  CHECK(queue.depth() == 3);
  CHECK(drain(queue) == "a b c ");
}

TEST_CASE("what is put back stands where it stood, whatever the order") {
  Queue queue;
  for (const char* id : {"a", "b", "c", "d", "e"}) push(queue, id);
  QueuedMessage a = queue.pop();
  QueuedMessage b = queue.pop();
  QueuedMessage c = queue.pop();
  queue.put_back(std::move(c));
  queue.put_back(std::move(a));
  push(queue, "f");
  CHECK(queue.depth() == 5);
  CHECK(drain(queue) == "a* c* d e f ");
  queue.put_back(std::move(b));
  CHECK(drain(queue) == "b* ");
}

TEST_CASE("requeued 2, 0 and 1 of 0 to 4: each kind of queue has its own order") {
  const auto order = [](const auto& put_back) {
    Queue queue;
    for (const char* id : {"0", "1", "2", "3", "4"}) push(queue, id);
    std::vector<QueuedMessage> taken;
    for (int count = 0; count < 3; ++count) taken.push_back(queue.pop());
    for (const std::size_t at : {2, 0, 1}) put_back(queue, std::move(taken[at]));
    return drain(queue);
  };
  CHECK(order([](Queue& queue, QueuedMessage one) { queue.put_back(std::move(one)); }) == "0* 1* 2* 3 4 ");
  CHECK(order([](Queue& queue, QueuedMessage one) { queue.push(std::move(one)); }) == "3 4 2 0 1 ");
  CHECK(order([](Queue& queue, QueuedMessage one) { queue.put_back_in_turn(std::move(one)); }) ==
        "2* 0* 1* 3 4 ");
}
