// Methods and properties as rabbitmq-c decodes and encodes them.
#pragma once

#include <amqp.h>
#include <amqp_framing.h>

#include <optional>
#include <string>
#include <string_view>

// Memory of rabbitmq-c's decoder, into which what it returns points.
class AmqpPool {
 public:
  AmqpPool() { init_amqp_pool(&pool_, 4096); }
  ~AmqpPool() { empty_amqp_pool(&pool_); }
  AmqpPool(const AmqpPool&) = delete;
  AmqpPool& operator=(const AmqpPool&) = delete;
  amqp_pool_t* get() { return &pool_; }

 private:
  amqp_pool_t pool_{};
};

inline amqp_bytes_t amqp_bytes(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}
inline std::string_view text_of(amqp_bytes_t bytes) {
  return {static_cast<const char*>(bytes.bytes), bytes.len};
}

inline amqp_method_number_t amqp_id(std::string_view payload) {
  amqp_method_number_t id = 0;
  for (const char byte : payload.substr(0, 4)) id = id << 8 | static_cast<unsigned char>(byte);
  return id;
}

// The method in a payload; nullptr when rabbitmq-c cannot decode it. It points into payload and pool.
inline void* amqp_decoded(std::string_view payload, AmqpPool& pool) {
  void* decoded = nullptr;
  const int status =
      amqp_decode_method(amqp_id(payload), pool.get(), amqp_bytes(payload.substr(4)), &decoded);
  return status < 0 ? nullptr : decoded;
}

// The payload, decoded and encoded again.
inline std::optional<std::string> amqp_again(std::string_view payload) {
  AmqpPool pool;
  void* decoded = amqp_decoded(payload, pool);
  if (decoded == nullptr) return std::nullopt;
  std::string buffer(payload.size() + 4096, '\0');
  const int size = amqp_encode_method(amqp_id(payload), decoded, amqp_bytes(buffer));
  if (size < 0) return std::nullopt;
  return std::string(payload.substr(0, 4)) + buffer.substr(0, static_cast<std::size_t>(size));
}
