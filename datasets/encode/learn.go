package encode

import (
	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/cores"
)

// learn takes in the samples of the training part in a chunk, which are given by their rows. Fields of one vocabulary count their
// values row by row, so that the first occurrence of a value is that in the log.
func (e *encoder) learn(groups [][]int, c *chunk, rows []int32) {
	cores.SideBySide(len(groups), func(i int) {
		if list := groups[i]; len(list) == 1 {
			e.learnField(&e.fields[list[0]], c, rows)
			return
		}
		for at := range rows {
			for _, field := range groups[i] {
				e.learnField(&e.fields[field], c, rows[at:at+1])
			}
		}
	})
}

func (e *encoder) learnField(f *fieldEncoder, c *chunk, rows []int32) {
	switch n := f.out.Columns(); {
	case f.scale != nil && e.base == nil:
		for _, row := range rows {
			f.scale.learn(c.numbers[int(row)*e.numbers+f.place])
		}
	case f.scale == nil && f.builder != nil:
		for _, row := range rows {
			for _, id := range c.ids[int(row)*e.idColumns+f.place:][:n] {
				if id != datasets.Absent {
					f.builder.Count(id, 1)
				}
			}
		}
	}
}
