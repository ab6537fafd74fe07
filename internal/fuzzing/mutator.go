package fuzzing

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"regexp"
	"slices"
)

// A mutator changes bytes at random. It may use its input as room.
type mutator struct {
	*rand.Rand
	words   [][]byte // of the seeds, and of all languages
	longest int      // that an input may become
}

// numbers are those at which parsers and machines differ.
var numbers = []string{
	"0", "-0", "1", "-1", "01", "1.", ".5", "1e309", "-1e309", "1e-400", "5e-324", "3.5e38", "16777217", "NaN", "Inf", "-Infinity", "0x10", "1_0",
	"255", "256", "32768", "65536", "2147483647", "2147483648", "-2147483649", "4294967296", "9007199254740993",
	"9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615", "18446744073709551616", "1e18", "1e99999999999",
}

// others are what text formats give a meaning.
var others = []string{
	"\r\n", "\n", "\r", "\x00", "\ufeff", "\ufffd", "\xff", "\xc0\x80", "\xed\xa0\x80", `\ud800`, `\u0000`, `\`, `"`, `""`, `'`, ",", "\t", " ", ":", "-", "|", "#", "&a", "*a",
	"<<", "!!", "%", "?", "~", "[", "]", "{", "}", "[]", "{}", "null", "true", "../", "/dev/zero", "\u2028", "\U0001f600",
}

var (
	word    = regexp.MustCompile(`[A-Za-z_][A-Za-z_0-9./]+|[^A-Za-z_0-9\s]{2,8}`)
	decimal = regexp.MustCompile(`-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?`)
)

func newMutator(seeds []input, random *rand.Rand) *mutator {
	m := &mutator{Rand: random, longest: 1 << 10}
	for _, text := range slices.Concat(numbers, others) {
		m.words = append(m.words, []byte(text))
	}
	for _, seed := range seeds {
		for _, value := range seed {
			text := bytesOf(value)
			m.longest = max(m.longest, 2*len(text))
			m.words = append(m.words, word.FindAll(text, 200)...)
		}
	}
	return m
}

// bytesOf is a value as bytes, where it is a text.
func bytesOf(value any) []byte {
	switch v := value.(type) {
	case string:
		return []byte(v)
	case []byte:
		return v
	}
	return nil
}

// changes are all ways to change b, of which other has the same type.
var changes = []func(m *mutator, b, other []byte) []byte{
	(*mutator).flip, (*mutator).set, (*mutator).insert, (*mutator).remove, (*mutator).move, (*mutator).repeat, (*mutator).setInteger,
	(*mutator).setDecimal, (*mutator).insertWord, (*mutator).replaceByWord, (*mutator).splice, (*mutator).cross,
}

func (m *mutator) mutate(b, other []byte) []byte {
	b = changes[m.IntN(len(changes))](m, b, other)
	return b[:min(len(b), m.longest)]
}

// block is a place of b, short ones more often than long ones.
func (m *mutator) block(b []byte) (from, to int) {
	from = m.IntN(len(b) + 1)
	longest := len(b) - from
	if m.IntN(4) > 0 {
		longest = min(longest, 16)
	}
	return from, from + m.IntN(longest+1)
}

func (m *mutator) anyWord() []byte { return m.words[m.IntN(len(m.words))] }

// extreme is an integer near a power of two, or its negation.
func (m *mutator) extreme() uint64 {
	n := uint64(1)<<m.IntN(64) + uint64(m.IntN(5)) - 2
	if m.IntN(4) == 0 {
		n = -n
	}
	return n
}

func (m *mutator) flip(b, _ []byte) []byte {
	if len(b) > 0 {
		b[m.IntN(len(b))] ^= 1 << m.IntN(8)
	}
	return b
}

func (m *mutator) set(b, _ []byte) []byte {
	if len(b) > 0 {
		b[m.IntN(len(b))] = byte(m.Uint32())
	}
	return b
}

func (m *mutator) insert(b, _ []byte) []byte {
	var random [8]byte
	binary.LittleEndian.PutUint64(random[:], m.Uint64())
	return slices.Insert(b, m.IntN(len(b)+1), random[:1+m.IntN(len(random))]...)
}

func (m *mutator) remove(b, _ []byte) []byte {
	from, to := m.block(b)
	return slices.Delete(b, from, to)
}

// move writes a block over another place.
func (m *mutator) move(b, _ []byte) []byte {
	from, to := m.block(b)
	copy(b[m.IntN(len(b)+1):], bytes.Clone(b[from:to]))
	return b
}

// repeat writes a block again behind itself, now and then very often.
func (m *mutator) repeat(b, _ []byte) []byte {
	from, to := m.block(b)
	times := 1
	if m.IntN(8) == 0 {
		times = 1 + m.IntN(1+m.longest/(1+to-from))
	}
	return slices.Insert(b, to, bytes.Repeat(b[from:to], times)...)
}

// setInteger writes an extreme integer of 1 to 8 bytes.
func (m *mutator) setInteger(b, _ []byte) []byte {
	var number [8]byte
	if n := m.extreme(); m.IntN(4) > 0 {
		binary.LittleEndian.PutUint64(number[:], n)
		copy(b[m.IntN(len(b)+1):], number[:1<<m.IntN(4)])
	} else {
		binary.BigEndian.PutUint64(number[:], n)
		copy(b[m.IntN(len(b)+1):], number[8-1<<m.IntN(4):])
	}
	return b
}

// setDecimal replaces a number of a text by an extreme one.
func (m *mutator) setDecimal(b, _ []byte) []byte {
	from := m.IntN(len(b) + 1)
	at := decimal.FindIndex(b[from:min(len(b), from+64)])
	if at == nil {
		return m.insertWord(b, nil)
	}
	return slices.Replace(b, from+at[0], from+at[1], []byte(numbers[m.IntN(len(numbers))])...)
}

func (m *mutator) insertWord(b, _ []byte) []byte {
	return slices.Insert(b, m.IntN(len(b)+1), m.anyWord()...)
}

func (m *mutator) replaceByWord(b, _ []byte) []byte {
	from, to := m.block(b)
	return slices.Replace(b, from, to, m.anyWord()...)
}

// splice writes a block of the other in place of one.
func (m *mutator) splice(b, other []byte) []byte {
	from, to := m.block(b)
	start, end := m.block(other)
	return slices.Replace(b, from, to, other[start:end]...)
}

// cross is the begin of b and the end of the other.
func (m *mutator) cross(b, other []byte) []byte {
	return append(b[:m.IntN(len(b)+1)], other[m.IntN(len(other)+1):]...)
}
