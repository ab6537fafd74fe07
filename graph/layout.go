package graph

import "fmt"

// Absent is the id of nothing. It fills the places of a list field beyond the end of its list, and all places
// of a sample that only pads a batch. It reads as zeros and gets no gradient.
const Absent = -1

// Kind says how a field's values become numbers.
type Kind uint8

const (
	// Categorical is one id a sample; it has an embedding row.
	Categorical Kind = iota
	// List is up to Length ids a sample, for example a history; their rows are pooled.
	List
	// Numeric is one float32 a sample; its embedding is the value times a learned vector.
	Numeric
)

// Pooling says how the rows of a list become one.
type Pooling uint8

const (
	// Mean divides the sum of the rows by the number of ids that are present; no ids give zeros.
	Mean Pooling = iota
	// Sum adds the rows.
	Sum
)

// Field is one field of the input of a model.
type Field struct {
	Name    string
	Kind    Kind
	Rows    int     // embedding rows, at least 1; ids are 0 .. Rows-1 (Categorical and List)
	Length  int     // the most ids of a List, at least 1
	Pooling Pooling // of a List
	Shares  string  // the name of an earlier field whose rows this one uses; "" for rows of its own
}

// columns returns how many id columns a field takes.
func (f Field) columns() int {
	switch f.Kind {
	case List:
		return f.Length
	case Numeric:
		return 0
	default:
		return 1
	}
}

// layout places the rows of all fields in one table, one field after the other, and the id
// columns of a batch in the order of their fields.
type layout struct {
	columns []column
	slots   []slot
	groups  [][]int32 // the columns by the rows they share, each group in ascending order
	rows    int       // of the table
}

// add adds a slot of n columns, and puts them into the group of their rows.
func (l *layout) add(c column, n int, mean bool) {
	from, group := int32(len(l.columns)), -1
	for i, g := range l.groups {
		if l.columns[g[0]].offset == c.offset {
			group = i
		}
	}
	if group < 0 {
		group = len(l.groups)
		l.groups = append(l.groups, nil)
	}
	c.slot = int32(len(l.slots))
	for i := range n {
		l.columns = append(l.columns, c)
		l.groups[group] = append(l.groups[group], from+int32(i))
	}
	l.slots = append(l.slots, slot{from: from, to: from + int32(n), mean: mean})
}

// addEach adds n slots of one column.
func (l *layout) addEach(c column, n int) {
	for range n {
		l.add(c, 1, false)
	}
}

// pools reports whether any slot is the mean or sum of several columns.
func (l *layout) pools() bool { return len(l.columns) != len(l.slots) }

// column is one column of the id matrix.
type column struct {
	field  string
	offset int32 // of the field's first row in the table
	rows   int32 // of the field
	slot   int32 // which output vector the column adds to
}

// slot is one output vector of a lookup: the columns [from, to) of a field.
type slot struct {
	from, to int32
	mean     bool
}

func newLayout(fields []Field) (*layout, error) { return newLayoutWith(fields, nil) }

// newLayoutWith is newLayout with a slot for every column of some lists, which are given by their names.
func newLayoutWith(fields []Field, unpooled map[string]bool) (*layout, error) {
	l := &layout{}
	first := map[string]column{}
	for i, f := range fields {
		if f.Kind == Numeric {
			continue
		}
		if err := checkField(f); err != nil {
			return nil, fmt.Errorf("field %d (%q): %w", i, f.Name, err)
		}
		c := column{field: f.Name, offset: int32(l.rows), rows: int32(f.Rows)}
		if f.Shares == "" {
			l.rows += f.Rows
		} else {
			owner, known := first[f.Shares]
			if !known || owner.rows != c.rows {
				return nil, fmt.Errorf("field %d (%q) shares the rows of %q, which is not an earlier field of %d rows", i, f.Name, f.Shares, f.Rows)
			}
			c.offset = owner.offset
		}
		first[f.Name] = c
		if unpooled[f.Name] {
			l.addEach(c, f.columns())
			continue
		}
		l.add(c, f.columns(), f.Kind == List && f.Pooling == Mean)
	}
	if l.rows > 1<<31-1 {
		return nil, fmt.Errorf("%d embedding rows in all; a table has at most 2^31-1", l.rows)
	}
	return l, nil
}

// FirstRows returns the number of the first row of each field in a table over all fields, such as
// those of Builder.Embed, and the rows of the table. A numeric field has -1.
func FirstRows(fields []Field) (first []int, rows int, err error) {
	l, err := newLayout(fields)
	if err != nil {
		return nil, 0, fmt.Errorf("graph: %w", err)
	}
	column := 0
	for _, f := range fields {
		if f.Kind == Numeric {
			first = append(first, -1)
			continue
		}
		first = append(first, int(l.columns[column].offset))
		column += f.columns()
	}
	return first, l.rows, nil
}

func checkField(f Field) error {
	switch {
	case f.Rows < 1 || f.Rows > 1<<31-1:
		return fmt.Errorf("rows must be in [1, 2^31), got %d", f.Rows)
	case f.Kind == List && f.Length < 1:
		return fmt.Errorf("a list field needs a length of at least 1, got %d", f.Length)
	case f.Kind > Numeric:
		return fmt.Errorf("unknown kind %d", f.Kind)
	case f.Pooling > Sum:
		return fmt.Errorf("unknown pooling %d", f.Pooling)
	}
	return nil
}
