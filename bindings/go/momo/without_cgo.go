//go:build !cgo

package momo

// The compiler's message is the only one that there can be.
var _ = this_package_needs_cgo_set_CGO_ENABLED_1_and_have_a_C_compiler
