#include "dse/message.h"

#include "dse/hash.h"

namespace dse {
namespace {

// The fields, in the one form that each message has.
MessageFields&& normalised(MessageFields&& fields) {
  fields.more.normalise();
  return std::move(fields);
}

}  // namespace

Message::Message(MessageFields&& fields)
    : fields_(normalised(std::move(fields))),
      id_hash_(hash_text(fields_.id)),
      payload_hash_(hash_bytes(fields_.payload.bytes())) {}

MessagePtr make_message(MessageFields&& fields) { return MessagePtr::adopt(new Message(std::move(fields))); }

}  // namespace dse
