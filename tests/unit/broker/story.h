// A broker with a diary: each verb gives back what followed from it, as a line.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "broker/broker.h"

class Story {
 public:
  dse::Broker broker;
  dse::TimeNs now = 0;
  std::map<std::string, dse::DeliveryTag> tags;  // by message id: the tag of its last delivery
  std::map<std::string, dse::MessagePtr> last;   // by message id: as it was delivered last

  Story() { broker.declare("", 0); }

  void queue(const std::string& name, dse::QueueOptions options) {
    const dse::ResourceIndex resource = broker.declare(name, now);
    broker.set_options(resource, std::move(options));
    broker.make_queue(resource, now);
  }
  void exchange(const std::string& name, dse::ExchangeOptions options) {
    broker.set_options(broker.declare(name, now), std::move(options));
  }

  // Deliveries as "stream:id", with a * when redelivered; then what queues did by their options, as
  // "queue!what:id"; "nack" and "returned" at the end.
  std::string publish(const std::string& to, dse::MessageFields fields, dse::PublishOptions options = {}) {
    return told(broker.publish(broker.declare(to, now), dse::make_message(std::move(fields)), options, now));
  }
  std::string publish(const std::string& to, const char* id) {
    return publish(to, dse::MessageFields{.id = id});
  }
  std::string stream(const std::string& queue, std::uint32_t prefetch) {
    return told(broker.open_stream(broker.declare(queue, now), prefetch, now));
  }
  std::string acknowledge(const std::string& id) { return told(broker.acknowledge(tags.at(id), now)); }
  std::string reject(const std::string& id) { return told(broker.reject(tags.at(id), {}, now)); }
  std::string requeue(const std::string& id) {
    return told(broker.reject(tags.at(id), {.requeue = true}, now));
  }
  std::string close(std::uint32_t stream) { return told(broker.close_stream(dse::StreamIndex(stream), now)); }
  // Lets time pass until then.
  std::string until(dse::TimeNs time) {
    std::string text;
    while (broker.next_look_ns() && *broker.next_look_ns() <= time) {
      now = std::max(now, *broker.next_look_ns());
      const std::string one = told(broker.look(now));
      text += (text.empty() || one.empty() ? "" : " ") + one;
    }
    now = time;
    return text;
  }

  // The messages that wait, in order.
  std::string waiting(const std::string& queue) {
    std::string text;
    for (const dse::MessagePtr& message : broker.waiting(broker.declare(queue, now)))
      text += (text.empty() ? "" : " ") + message->id();
    return text;
  }

 private:
  static std::string word(dse::PolicyEvent::Kind kind) {
    using Kind = dse::PolicyEvent::Kind;
    switch (kind) {
      case Kind::kExpired:
        return "expired";
      case Kind::kDropped:
        return "dropped";
      case Kind::kNotAccepted:
        return "refused";
      case Kind::kGivenUp:
        return "given-up";
      case Kind::kPurged:
        return "purged";
      case Kind::kRemoved:
        return "removed";
      case Kind::kQueueRemoved:
        return "gone";
      case Kind::kDeadLettered:
        break;
    }
    return "dead";
  }

  std::string told(dse::Effects& effects) {
    std::string text;
    const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : " ") + part; };
    for (const dse::Delivery& delivery : effects.deliveries) {
      const std::string& id = delivery.message->id();
      add(std::to_string(delivery.stream.number()) + ':' + id + (delivery.redelivered ? "*" : ""));
      tags[id] = delivery.tag;
      last[id] = delivery.message;
    }
    for (const dse::PolicyEvent& event : effects.policies) {
      add(broker.name(event.queue) + "!" + word(event.kind) +
          (event.message ? ":" + event.message->id() : std::string()));
    }
    if (!effects.accepted) add("nack");
    if (effects.returned) add("returned");
    return text;
  }
};
