/* Has this user of Windows trust a certificate authority: trust FILE (DER). */
#include <windows.h>

#include <stdio.h>
#include <wincrypt.h>

int main(int argc, char **argv) {
  BYTE bytes[8192];
  HCERTSTORE store = CertOpenSystemStoreA(0, "ROOT");
  FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  DWORD length = file == NULL ? 0 : (DWORD)fread(bytes, 1, sizeof bytes, file);
  return store == NULL ||
         !CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, bytes, length,
                                           CERT_STORE_ADD_REPLACE_EXISTING, NULL) ||
         !CertCloseStore(store, 0);
}
