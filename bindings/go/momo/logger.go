package momo

// #include <stdint.h>
import "C"

import "runtime/cgo"

//export momoGoLog
func momoGoLog(log C.uintptr_t, level C.int32_t, line *C.char) {
	// A panic must not run through the library's frames: to lose a line is the lesser evil.
	defer func() { _ = recover() }()
	cgo.Handle(log).Value().(func(Level, string))(Level(level), C.GoString(line))
}

//export momoGoFreeLog
func momoGoFreeLog(log C.uintptr_t) {
	cgo.Handle(log).Delete()
}
