package drift

import (
	"strconv"
	"testing"
)

// The cost of a row with a value and a number.
func BenchmarkDay(b *testing.B) {
	s, values := twoFields(b), make([]string, 4096)
	for i := range values {
		values[i] = strconv.Itoa(i * i)
	}
	d := NewDay(s, func(int, string) bool { return true })
	row, at := []string{"", ""}, []int{0, 1}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		row[0], row[1] = values[i%4096], values[(i+7)%4096]
		d.count(row, at)
	}
}
