package delta

import (
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
			checkpoint.AddScale(&m.out, scaleName(i), x.Scales[i])
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
	if n := len(a.about.Result.Run.Fields); n != len(described.Fields) {
		return a.delta.Damaged("it has %d fields, and a schema of %d", n, len(described.Fields))
	}
	scale := func(field int) (datasets.Scale, error) { return checkpoint.ReadScale(a.delta, scaleName(field)) }
	a.encoding, err = datasets.NewEncoding(described, a.vocabulary, scale)
	return err
}

// vocabulary returns that of a field in the result.
func (a *applier) vocabulary(field int) (*datasets.Vocabulary, error) {
	f := a.about.Result.Run.Fields[field]
	before, err := a.from.vocabulary(field)
	if err != nil {
		return nil, err
	}
	c, err := readChange(a.delta, field, f.Rows)
	if err != nil {
		return nil, err
	}
	now, err := c.apply(before, f.Rows)
	if err != nil {
		return nil, a.delta.Damaged("%v", err)
	}
	a.report.Fields = append(a.report.Fields, c.report(f.Name, before, now))
	return now, nil
}
