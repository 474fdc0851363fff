/* The one function of bcryptprimitives.dll that Rust's standard library uses, for versions of wine
 * that lack the library. Windows 10 and later have it. */
#include <windows.h>

#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
  return RtlGenRandom(data, (ULONG)length);
}
