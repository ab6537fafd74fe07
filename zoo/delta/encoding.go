package delta

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

func scaleName(field int) string { return prefixOf(field) + "scale" }

// addEncoding adds what differs in the vocabularies, and all of the scales and the schema.
func (m *maker) addEncoding() error {
	x := m.to.encoding
	if x == nil {
		return nil
	}
	text, err := x.Schema.JSON()
	if err != nil {
		return err
	}
	m.about.Schema = string(text)
	for i, f := range x.Schema.Fields {
		v := x.Vocabularies[i]
		switch {
		case f.Kind == "numeric":
			checkpoint.Add(&m.out, scaleName(i), []float64{x.Scales[i].Mean, x.Scales[i].Multiplier, x.Scales[i].Empty})
		case f.Shares == "" && v != nil:
			before, err := m.from.vocabulary(i)
			if err != nil {
				return err
			}
			c := changeOf(before, v)
			c.add(&m.out, i)
			m.report.Fields = append(m.report.Fields, c.report(f.Name, before, v))
		}
	}
	return nil
}

// fillEncoding puts the encoding of the result together.
func (a *applier) fillEncoding() error {
	if a.about.Schema == "" {
		return nil
	}
	described, err := schema.Parse([]byte(a.about.Schema))
	if err != nil {
		return a.delta.Damaged("%q: %v", aboutName, err)
	}
	fields := a.about.Result.Run.Fields
	if len(fields) != len(described.Fields) {
		return a.delta.Damaged("it has %d fields, and a schema of %d", len(fields), len(described.Fields))
	}
	a.encoding = &datasets.Encoding{
		Schema: described, Vocabularies: make([]*datasets.Vocabulary, len(fields)), Scales: make([]datasets.Scale, len(fields)),
	}
	owners := map[string]*datasets.Vocabulary{}
	for i, f := range described.Fields {
		switch {
		case f.Kind == "numeric":
			a.encoding.Scales[i], err = readScale(a.delta, i)
		case f.Shares != "":
			a.encoding.Vocabularies[i] = owners[f.Shares]
		case f.Hash == 0:
			a.encoding.Vocabularies[i], err = a.vocabulary(i, fields[i].Rows)
		}
		if err != nil {
			return fmt.Errorf("field %q: %w", f.Name, err)
		}
		owners[f.Name] = a.encoding.Vocabularies[i]
	}
	return nil
}

func readScale(m *checkpoint.Mapped, field int) (datasets.Scale, error) {
	s := make([]float64, 3)
	err := checkpoint.Read(m, scaleName(field), s)
	return datasets.Scale{Mean: s[0], Multiplier: s[1], Empty: s[2]}, err
}

// vocabulary returns that of a field in the result.
func (a *applier) vocabulary(field, size int) (*datasets.Vocabulary, error) {
	before, err := a.from.vocabulary(field)
	if err != nil {
		return nil, err
	}
	c, err := readChange(a.delta, field, size)
	if err != nil {
		return nil, err
	}
	now, err := c.apply(before, size)
	if err != nil {
		return nil, a.delta.Damaged("%v", err)
	}
	a.report.Fields = append(a.report.Fields, c.report(a.about.Result.Run.Fields[field].Name, before, now))
	return now, nil
}
