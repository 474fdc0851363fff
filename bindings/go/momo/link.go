package momo

// Where libmomo is not installed, CGO_CFLAGS and CGO_LDFLAGS name its folders.

// #cgo LDFLAGS: -lmomo
import "C"
