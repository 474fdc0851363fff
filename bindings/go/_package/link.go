//go:build !momo_shared

package momo

/*
#cgo musl CFLAGS: -DMOMO_MUSL
#cgo linux,amd64,!musl LDFLAGS: ${SRCDIR}/libmomo_linux_amd64.a
#cgo linux,arm64,!musl LDFLAGS: ${SRCDIR}/libmomo_linux_arm64.a
#cgo linux,amd64,musl LDFLAGS: ${SRCDIR}/libmomo_linux_amd64_musl.a
#cgo linux,arm64,musl LDFLAGS: ${SRCDIR}/libmomo_linux_arm64_musl.a
#cgo linux LDFLAGS: -lutil -lrt -lpthread -lm -ldl
// What unwinds the stack: musl's programs are often static, for which there is no libgcc_s.
#cgo linux,!musl LDFLAGS: -lgcc_s
#cgo linux,musl LDFLAGS: -lgcc_eh

#if !defined(__linux__) || !(defined(__x86_64__) || defined(__aarch64__))
#error "momo has no library for this platform: install libmomo, and build with -tags momo_shared"
#else
#include <limits.h> // tells of glibc
#if !defined(MOMO_MUSL) && !defined(__GLIBC__)
#error "the C library is not glibc: build with -tags musl"
#elif defined(MOMO_MUSL) && defined(__GLIBC__)
#error "the C library is glibc: build without the tag musl, or with CC set to a compiler for musl"
#endif
#endif
*/
import "C"
