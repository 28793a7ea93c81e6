// Keys and certificates for tests of TLS, made when they are needed.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

// An authority, and what it signs, as PEM files in a folder.
class TestAuthority {
 public:
  TestAuthority(std::string folder, const std::string& name) : folder_(std::move(folder)), name_(name) {
    make_key(key_);
    make_certificate(certificate_, key_, name, true);
    write(name, certificate_.get(), key_.get());
  }

  struct Files {
    std::string certificate;
    std::string key;
  };
  std::string file() const { return folder_ + "/" + name_ + ".pem"; }
  // A certificate for this common name, with its key.
  Files certify(const std::string& common_name) const {
    Key key;
    Certificate certificate;
    make_key(key);
    make_certificate(certificate, key, common_name, false);
    write(common_name, certificate.get(), key.get());
    return {folder_ + "/" + common_name + ".pem", folder_ + "/" + common_name + ".key"};
  }

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;
  using Certificate = std::unique_ptr<X509, Free>;

  static void make_key(Key& key) { key.reset(EVP_EC_gen("P-256")); }

  void make_certificate(Certificate& made, const Key& key, const std::string& common_name,
                        bool is_authority) const {
    constexpr long kDay = 24L * 60 * 60;
    made.reset(X509_new());
    X509* certificate = made.get();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), is_authority ? 1 : 2);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -kDay);
    X509_gmtime_adj(X509_getm_notAfter(certificate), kDay);
    X509_set_pubkey(certificate, key.get());
    X509_NAME* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate, is_authority ? subject : X509_get_subject_name(certificate_.get()));
    add_extension(certificate, NID_basic_constraints, is_authority ? "critical,CA:TRUE" : "CA:FALSE");
    if (!is_authority) add_extension(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    if (X509_sign(certificate, is_authority ? key.get() : key_.get(), EVP_sha256()) == 0)
      throw std::runtime_error("OpenSSL signs nothing");
  }

  static void add_extension(X509* certificate, int type, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, type, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }

  void write(const std::string& name, X509* certificate, EVP_PKEY* key) const {
    const std::unique_ptr<std::FILE, Free> pem(std::fopen((folder_ + "/" + name + ".pem").c_str(), "w"));
    PEM_write_X509(pem.get(), certificate);
    const std::unique_ptr<std::FILE, Free> private_key(
        std::fopen((folder_ + "/" + name + ".key").c_str(), "w"));
    PEM_write_PrivateKey(private_key.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  }

  std::string folder_;
  std::string name_;
  Key key_;
  Certificate certificate_;
};
