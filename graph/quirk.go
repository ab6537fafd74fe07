package graph

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

// A quirk is what a machine must know of an operation that it gives its old buffer.
type quirk uint8

const (
	noQuirk quirk = iota // the operation writes its result to the buffer
	noReuse              // it cannot use the buffer
	adds                 // it adds its result to the buffer
)

// quirkOf returns the quirk of an operation of Gorgonia v0.9.18, of which a few have one. Gorgonia does not
// export their types, so their names must do; a test fails if Gorgonia renames one.
func quirkOf(o gorgonia.Op) quirk {
	switch fmt.Sprintf("%T", o) {
	case "*gorgonia.dropoutOp", "*gorgonia.dropoutDiffOp": // UsePreallocDo passes a method where it wants data
		return noReuse
	case "gorgonia.sliceIncrOp": // the gradient of a slice
		return adds
	}
	return noQuirk
}
