#include "listener/socket_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace dse {
namespace {

SocketStream::Transfer plain_transfer(ssize_t result, SocketStream::Outcome waits) {
  if (result > 0) return {.bytes = static_cast<std::size_t>(result)};
  const bool is_early = result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
  return {.outcome = is_early ? waits : SocketStream::Outcome::kEnded};
}

int bounded(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

std::optional<std::string> text_of(const ASN1_STRING* text) {
  unsigned char* bytes = nullptr;
  const int size = ASN1_STRING_to_UTF8(&bytes, text);
  if (size < 0) return std::nullopt;
  std::string result(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  // A name that goes on after what most take for its end is somebody's trick.
  return result.find('\0') == std::string::npos ? std::optional(result) : std::nullopt;
}

}  // namespace

SocketStream::Outcome SocketStream::shake_hands() {
  if (ssl_ == nullptr) return Outcome::kDone;
  ERR_clear_error();
  return tls_transfer(SSL_do_handshake(ssl_.get())).outcome;
}

SocketStream::Transfer SocketStream::read(std::span<char> buffer) {
  if (ssl_ == nullptr)
    return plain_transfer(recv(socket_, buffer.data(), buffer.size(), 0), Outcome::kWaitsToRead);
  ERR_clear_error();
  return tls_transfer(SSL_read(ssl_.get(), buffer.data(), bounded(buffer.size())));
}

SocketStream::Transfer SocketStream::write(std::string_view bytes) {
  if (ssl_ == nullptr)
    return plain_transfer(send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), Outcome::kWaitsToWrite);
  ERR_clear_error();
  return tls_transfer(SSL_write(ssl_.get(), bytes.data(), bounded(bytes.size())));
}

SocketStream::Transfer SocketStream::tls_transfer(int result) {
  if (result > 0) return {.bytes = static_cast<std::size_t>(result)};
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {.outcome = Outcome::kWaitsToRead};
    case SSL_ERROR_WANT_WRITE:
      return {.outcome = Outcome::kWaitsToWrite};
    default:
      // Nothing may be done with the connection any more, not even telling the other end.
      SSL_set_quiet_shutdown(ssl_.get(), 1);
      return {.outcome = Outcome::kEnded};
  }
}

void SocketStream::end_output() {
  if (ssl_ != nullptr && SSL_is_init_finished(ssl_.get()) == 1) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  shutdown(socket_, SHUT_WR);
}

std::optional<std::string> SocketStream::common_name() const {
  if (ssl_ == nullptr || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return std::nullopt;
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return std::nullopt;
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0) return std::nullopt;
  return text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

}  // namespace dse
