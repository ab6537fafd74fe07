package delta

import "github.com/ctrzoo/ctrzoo/zoo/checkpoint"

// addNumbers adds ascending numbers to a delta, as runs of successive ones: the first of each run, and how many there are.
func addNumbers(to *checkpoint.Tensors, name string, numbers []uint32) {
	runs := []uint32{}
	for i, n := range numbers {
		if i == 0 || n != numbers[i-1]+1 {
			runs = append(runs, n, 0)
		}
		runs[len(runs)-1]++
	}
	checkpoint.Add(to, name, runs, len(runs)/2, 2)
}

// readNumbers reads what addNumbers added. All must be below an end.
func readNumbers(m *checkpoint.Mapped, name string, end int) ([]uint32, error) {
	runs, err := checkpoint.View[uint32](m, name)
	if err != nil {
		return nil, err
	}
	var numbers []uint32
	next := uint64(0) // the lowest number that may come
	for ; len(runs) >= 2; runs = runs[2:] {
		from, to := uint64(runs[0]), uint64(runs[0])+uint64(runs[1])
		if from < next || to > uint64(end) {
			return nil, m.Damaged("%s: numbers from %d to %d come after %d, and are not all below %d", name, from, to, next, end)
		}
		for n := from; n < to; n++ {
			numbers = append(numbers, uint32(n))
		}
		next = to
	}
	return numbers, nil
}
