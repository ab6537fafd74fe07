package verify

import (
	"fmt"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/zoo/export/onnx"
)

// idFeed makes the inputs of a batch of ids and numbers.
func idFeed(in *onnx.Inputs, b *datasets.Batch) map[string]Tensor {
	feed := map[string]Tensor{}
	ids, numbers := 0, 0 // columns of the batch before the field
	width, numeric := len(b.IDs)/b.Rows, len(b.Numbers)/b.Rows
	for _, input := range in.List {
		t := Tensor{Type: input.Type, Dims: [2]int{b.Rows, input.Columns}}
		if input.Type == "float32" {
			t.Data = offheap.Bytes(columns(b.Numbers, numeric, numbers, 1))
			numbers++
		} else {
			t.Data = wide(columns(b.IDs, width, ids, input.Columns))
			ids += input.Columns
		}
		feed[input.Name] = t
	}
	return feed
}

// columns returns n columns of a matrix.
func columns[T any](values []T, width, from, n int) (out []T) {
	for row := 0; row < len(values); row += width {
		out = append(out, values[row+from:row+from+n]...)
	}
	return out
}

// wide returns the bytes of ids as int64.
func wide(ids []int32) []byte {
	halves := make([]int32, 0, 2*len(ids))
	for _, id := range ids {
		halves = append(halves, id, id>>31) // the lower half first, and the sign
	}
	return offheap.Bytes(halves)
}

// rawFeed makes the inputs of raw samples. Each has a cell for each input.
func rawFeed(in *onnx.Inputs, cells [][]string) (map[string]Tensor, error) {
	feed := map[string]Tensor{}
	for i, input := range in.List {
		t := Tensor{Type: input.Type, Dims: [2]int{len(cells), input.Columns}}
		var texts []string
		var numbers []float64
		for row := range cells {
			cell := cells[row][i]
			switch {
			case input.Type == "float64":
				x, err := schema.ParseNumber(cell)
				if err != nil {
					return nil, fmt.Errorf("sample %d: field %q: %q: %w", row, input.Name, cell, err)
				}
				numbers = append(numbers, x)
			case input.List == "":
				texts = append(texts, cell)
			default:
				values, err := listOf(cell, input.List, input.Columns)
				if err != nil {
					return nil, fmt.Errorf("sample %d: field %q: %w", row, input.Name, err)
				}
				texts = append(texts, values...)
			}
		}
		t.Data = texts
		if input.Type == "float64" {
			t.Data = offheap.Bytes(numbers)
		}
		feed[input.Name] = t
	}
	return feed, nil
}

// listOf returns the last n values of a list, and empty strings up to n.
func listOf(cell, separator string, n int) ([]string, error) {
	values := make([]string, 0, n)
	if cell != "" {
		all := strings.Split(cell, separator)
		values = append(values, all[max(0, len(all)-n):]...)
	}
	for _, v := range values {
		if v == "" {
			return nil, fmt.Errorf("the list %q has an empty value, which raw inputs do not have", cell)
		}
	}
	return append(values, make([]string, n-len(values))...), nil
}
