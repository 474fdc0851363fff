package momo

/*
#include <momo.h>
#include <stdlib.h>

extern void momoGoLog(uintptr_t log, int32_t level, char *line);
extern void momoGoFreeLog(uintptr_t log);

// A handle is a small number, which must not lie in a Go pointer: hence these three in between.
static void log_line(void *log, int32_t level, const char *line) {
	momoGoLog((uintptr_t)log, level, (char *)line);
}

static void free_log(void *log) {
	momoGoFreeLog((uintptr_t)log);
}

static momo_status set_logger(momo_config *config, uintptr_t log, int32_t level, momo_error **error) {
	return momo_set_logger(config, log_line, (void *)log, free_log, level, error);
}
*/
import "C"

import (
	"runtime/cgo"
	"strings"
	"unsafe"
)

// Option is a part of a client's configuration.
type Option func(*C.momo_config) error

// FromEnv sets every option that the environment names, MOMO_API_USER and so on.
func FromEnv() Option {
	return func(config *C.momo_config) error {
		return try(func(e **C.momo_error) { C.momo_set_options_from_env(config, e) })
	}
}

// With sets one option by its name; docs/options.md has the table.
func With(name, value string) Option {
	return func(config *C.momo_config) error {
		if strings.ContainsRune(name+value, 0) {
			// The value is not repeated: it may be a secret.
			return failure(InvalidConfig, "an option's name or value has a NUL in it")
		}
		cName, cValue := C.CString(name), C.CString(value)
		defer C.free(unsafe.Pointer(cName))
		defer C.free(unsafe.Pointer(cValue))
		return try(func(e **C.momo_error) { C.momo_set_option(config, cName, cValue, e) })
	}
}

// Level is how detailed a line of the log is.
type Level int32

const (
	LevelError Level = iota + 1
	LevelWarning
	LevelInformation
	LevelDebug
)

// WithLogger has log called for every line up to that level, by several goroutines at once if several
// calls are made. It must not wait for a token of this client. A panic in it is dropped. Without a log
// there is none.
func WithLogger(most Level, log func(level Level, line string)) Option {
	return func(config *C.momo_config) error {
		if log == nil {
			return nil
		}
		// From here on the library owns the handle, also if this fails.
		handle := C.uintptr_t(cgo.NewHandle(log))
		return try(func(e **C.momo_error) { C.set_logger(config, handle, C.int32_t(most), e) })
	}
}

// OptionInfo is an option as a client uses it. Of a credential the Value is the length.
type OptionInfo struct{ Name, Value, Source, Warning string }

// Options returns every option, for who looks for a mistake; it does not block.
func (c *Client) Options() (all []OptionInfo, err error) {
	err = c.call(func(e **C.momo_error) {
		var first *C.momo_option
		C.momo_get_options(c.client, &first, e)
		for o := first; o != nil; o = o.next {
			all = append(all, OptionInfo{
				C.GoString(o.name), C.GoString(o.value), C.GoString(o.source), C.GoString(o.warning),
			})
		}
		C.momo_free_options(first)
	})
	return
}
