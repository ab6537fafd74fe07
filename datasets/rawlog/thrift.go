package rawlog

import (
	"encoding/binary"
	"errors"
)

// The types of Thrift's compact protocol, in which Parquet writes its headers:
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
const (
	thriftStop   = 0
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI64    = 6 // and I16, I32
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
)

// thriftDepth is how many structs and lists a header may have within each other. Those of Parquet have at most 8.
const thriftDepth = 32

var (
	errThriftEnd  = errors.New("a header ends too early, or a length in it is larger than the header")
	errThriftType = errors.New("a header has an unknown type, or structs too deep within each other")
)

// thriftPlace is a field of a struct that is itself a field, or of the outer struct, which is number 0.
type thriftPlace struct{ object, field int64 }

// thriftScanner goes through a struct of Thrift and finds out whether all of it is there, so that a decoder which makes room for
// what the lengths in it say makes no more room than the text is worth. It keeps its first error.
type thriftScanner struct {
	text []byte // what follows
	err  error
}

// object goes through a struct. It calls each, unless that is nil, for the whole numbers in it, and for those in the structs that
// are its fields.
func (s *thriftScanner) object(depth int, each func(at thriftPlace, value int64)) {
	field := int64(0)
	for s.err == nil {
		head := s.byte()
		kind := head & 15
		if kind == thriftStop {
			return
		}
		if delta := head >> 4; delta > 0 {
			field += int64(delta)
		} else {
			field = s.number()
		}
		switch {
		case kind == thriftTrue || kind == thriftFalse: // the type is the value
		case kind > thriftByte && kind <= thriftI64 && each != nil:
			each(thriftPlace{0, field}, s.number())
		case kind == thriftStruct && each != nil && depth == 0:
			s.object(depth+1, func(at thriftPlace, value int64) { each(thriftPlace{field, at.field}, value) })
		default:
			s.value(kind, depth)
		}
	}
}

// value goes through a value that is no field, or a field with a value of its own.
func (s *thriftScanner) value(kind byte, depth int) {
	if depth > thriftDepth {
		s.fail(errThriftType)
		return
	}
	switch {
	case kind >= thriftTrue && kind <= thriftByte:
		s.byte()
	case kind <= thriftI64:
		s.number()
	case kind == thriftDouble:
		s.skip(8)
	case kind == thriftBinary:
		s.skip(s.length())
	case kind == thriftList || kind == thriftSet:
		head := s.byte()
		n := uint64(head >> 4)
		if n == 15 {
			n = s.length()
		}
		s.values(n, depth, head&15)
	case kind == thriftMap:
		if n := s.length(); n > 0 {
			kinds := s.byte()
			s.values(n, depth, kinds>>4, kinds&15)
		}
	case kind == thriftStruct:
		s.object(depth+1, nil)
	default:
		s.fail(errThriftType)
	}
}

// values goes through n times a value of each kind. Each has a byte at least.
func (s *thriftScanner) values(n uint64, depth int, kinds ...byte) {
	for ; n > 0 && s.err == nil; n-- {
		for _, kind := range kinds {
			s.value(kind, depth+1)
		}
	}
}

func (s *thriftScanner) byte() byte {
	if len(s.text) == 0 {
		s.fail(errThriftEnd)
		return thriftStop
	}
	b := s.text[0]
	s.text = s.text[1:]
	return b
}

func (s *thriftScanner) skip(n uint64) {
	if n > uint64(len(s.text)) {
		s.fail(errThriftEnd)
		return
	}
	s.text = s.text[n:]
}

// number returns a signed number.
func (s *thriftScanner) number() int64 {
	x, n := binary.Varint(s.text)
	s.read(n)
	return x
}

// length returns a number of bytes or of elements, of which each has a byte at least.
func (s *thriftScanner) length() uint64 {
	x, n := binary.Uvarint(s.text)
	s.read(n)
	if x > uint64(len(s.text)) {
		s.fail(errThriftEnd)
	}
	return x
}

// read goes on behind a number of so many bytes; 0 or less if there is none.
func (s *thriftScanner) read(bytes int) {
	if bytes <= 0 {
		s.fail(errThriftEnd)
		return
	}
	s.text = s.text[bytes:]
}

func (s *thriftScanner) fail(err error) {
	if s.err == nil {
		s.err = err
	}
	s.text = nil
}
