#include "listener/tls_server.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "dse/error.h"

namespace dse {
namespace {

[[noreturn]] void throw_wrong_file(const std::string& file, const std::string& what) {
  const unsigned long code = ERR_get_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  const std::string why = reason == nullptr ? "" : std::string(" (") + reason + ")";
  throw InputError({.file = file}, "this is no " + what + " in PEM form, or cannot be read" + why);
}

void use_authorities(SSL_CTX* context, const std::string& file) {
  if (SSL_CTX_load_verify_locations(context, file.c_str(), nullptr) != 1)
    throw_wrong_file(file, "certificate of an authority");
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file.c_str());
  if (names == nullptr) throw_wrong_file(file, "certificate of an authority");
  SSL_CTX_set_client_CA_list(context, names);
  // A client may show none, and then logs in by password; one that is wrong ends the connection.
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
}

}  // namespace

void SslDeleter::operator()(ssl_st* ssl) const { SSL_free(ssl); }
void SslDeleter::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsServer::TlsServer(const TlsServerFiles& files) : context_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX* context = context_.get();
  if (context == nullptr) throw RunError("OpenSSL has no memory for a context");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  // Clients stay connected; nobody resumes a session.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1)
    throw_wrong_file(files.certificate, "certificate");
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    throw_wrong_file(files.key, "key of the certificate");
  if (!files.authorities.empty()) use_authorities(context, files.authorities);
}

SslPtr TlsServer::accept(int socket) const {
  SslPtr ssl(SSL_new(context_.get()));
  if (ssl == nullptr || SSL_set_fd(ssl.get(), socket) != 1) return nullptr;
  SSL_set_accept_state(ssl.get());
  return ssl;
}

}  // namespace dse
