#include "dse/message.h"

#include "dse/hash.h"

namespace dse {

Message::Message(MessageFields&& fields)
    : fields_(std::move(fields)),
      id_hash_(hash_text(fields_.id)),
      payload_hash_(hash_bytes(fields_.payload.bytes())) {}

MessagePtr make_message(MessageFields&& fields) { return MessagePtr::adopt(new Message(std::move(fields))); }

}  // namespace dse
