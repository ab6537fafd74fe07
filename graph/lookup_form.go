package graph

import "math"

// indexForm is the ONNX form of an index: ids (batch, columns) give table rows, -1 where nothing is. An id out of range
// gives a row that no table has, so that it is an error there, too.
func (l *layout) indexForm(f Form, in []string) string {
	offsets, rows := make([]int, len(l.columns)), make([]int, len(l.columns))
	for i, c := range l.columns {
		offsets[i], rows[i] = int(c.offset), int(c.rows)
	}
	ids, absent := in[0], f.Ints(Absent)
	tooSmall := f.Node("Less", []string{ids, absent})
	tooLarge := f.Node("GreaterOrEqual", []string{ids, f.Ints(rows...)})
	row := f.Node("Add", []string{ids, f.Ints(offsets...)})
	row = f.Node("Where", []string{f.Node("Equal", []string{ids, absent}), absent, row})
	return f.Node("Where", []string{f.Node("Or", []string{tooSmall, tooLarge}), f.Ints(math.MaxInt32), row})
}

// lookupForm is the ONNX form of a lookup: the rows of a table, zeros for what is absent, pooled by slot.
func (l *layout) lookupForm(f Form, table, index string, dim int) string {
	present := f.Node("GreaterOrEqual", []string{index, f.Ints(0)})
	rows := f.Node("Gather", []string{table, f.Node("Max", []string{index, f.Ints(0)})})
	rows = f.Node("Where", []string{reshaped(f, present, -1, len(l.columns), 1), rows, f.Floats(0)})
	if !l.pools() {
		return reshaped(f, rows, -1, len(l.slots)*dim)
	}
	var parts []string
	for from := 0; from < len(l.slots); {
		s, to := l.slots[from], from+1
		if s.to-s.from == 1 { // as it is, with all that follow and are not pooled
			for to < len(l.slots) && l.slots[to].to-l.slots[to].from == 1 {
				to++
			}
			parts = append(parts, columnsForm(f, rows, int(s.from), int(l.slots[to-1].to)))
		} else {
			parts = append(parts, pooledForm(f, rows, present, s))
		}
		from = to
	}
	return reshaped(f, f.Node("Concat", parts, FormAttribute{"axis", 1}), -1, len(l.slots)*dim)
}

// pooledForm is the sum of the rows of a slot, divided by how many are present if the slot wants the mean.
func pooledForm(f Form, rows, present string, s slot) string {
	from, to := int(s.from), int(s.to)
	sum := f.Node("ReduceSum", []string{columnsForm(f, rows, from, to), f.Ints(1)})
	if !s.mean {
		return sum
	}
	ones := f.Node("Cast", []string{columnsForm(f, present, from, to)}, FormAttribute{"to", onnxFloat})
	count := f.Node("Max", []string{f.Node("ReduceSum", []string{ones, f.Ints(1)}), f.Floats(1)})
	return f.Node("Div", []string{sum, reshaped(f, count, -1, 1, 1)})
}

// onnxFloat is the number of float32 among the types of ONNX.
const onnxFloat = 1
