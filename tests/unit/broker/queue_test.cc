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
