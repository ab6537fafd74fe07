package zoo

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/graph"
)

// What the errors of a Catalog wrap.
var (
	ErrUnknownModel = errors.New("unknown model")
	ErrCatalog      = errors.New("zoo: bad catalog of models")
)

// Models lists the models of the zoo. A new one is a file and a line here.
func Models() []Model {
	return []Model{
		DNN{},
		WDL{},
		XDeepFM{},
		WuKong{},
		LR{},
		FM{},
		DeepFM{},
		DCNv2{},
		FinalMLP{},
		RankMixer{},
		MaskNet{},
		AutoInt{},
		DIN{},
		FinalNet{},
	}
}

// Catalog finds models by name: those of the zoo and one's own. The nil Catalog has those of the zoo.
type Catalog struct{ entries []Entry }

// Entry describes a model of a catalog.
type Entry struct {
	Name string // that of its type, in lower case
	About
	Model           Model // of which every hyper-parameter is zero, or as it was given to NewCatalog
	Hyperparameters []Hyperparameter
}

// NewCatalog makes a catalog of the models of the zoo and one's own, each given as a value of its type. Two models of
// one name, a tag that does not parse, and a hyper-parameter that another model has with another type are errors that
// wrap ErrCatalog and name type and field.
func NewCatalog(own ...Model) (*Catalog, error) {
	c := &Catalog{}
	for _, m := range slices.Concat(Models(), own) {
		if err := c.add(m); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCatalog, err)
		}
	}
	return c, nil
}

func (c *Catalog) add(m Model) error {
	if m == nil {
		return errors.New("a model is nil")
	}
	list, err := hyperparameters(m)
	if err != nil {
		return err
	}
	entry := Entry{Name: NameOf(m), Model: m, Hyperparameters: list}
	if d, ok := m.(Described); ok {
		entry.About = d.About()
	}
	for _, other := range c.entries {
		if other.Name == entry.Name {
			return fmt.Errorf("models %T and %T have one name, %s", other.Model, m, entry.Name)
		}
		for i := range list {
			if h := other.Hyperparameter(list[i].Name); h != nil && h.of != list[i].of {
				return list[i].fail("%s is %v, but %v in %T", h.Name, list[i].of, h.of, other.Model)
			}
		}
	}
	c.entries = append(c.entries, entry)
	return nil
}

// Entries lists the models.
func (c *Catalog) Entries() []Entry {
	if c == nil {
		c, _ = NewCatalog() // of which a test knows that it has no error
	}
	return c.entries
}

// Find returns the entry of a name. An unknown name is an error that wraps ErrUnknownModel and lists the known ones.
func (c *Catalog) Find(name string) (Entry, error) {
	var known []string
	for _, e := range c.Entries() {
		if e.Name == name {
			return e, nil
		}
		known = append(known, e.Name)
	}
	return Entry{}, fmt.Errorf("%w %q; known: %s", ErrUnknownModel, name, strings.Join(known, ", "))
}

// New makes the model of a name with those settings that it has; the others must be of another model of the catalog.
func (c *Catalog) New(name string, s Settings) (Model, error) {
	e, err := c.Find(name)
	if err != nil {
		return nil, err
	}
	if err := c.check(s); err != nil {
		return nil, err
	}
	return e.New(s)
}

// Hyperparameters lists those of all models, each name once, as the first model with it has it.
func (c *Catalog) Hyperparameters() []Hyperparameter {
	var list []Hyperparameter
	for _, e := range c.Entries() {
		for _, h := range e.Hyperparameters {
			if !slices.ContainsFunc(list, func(o Hyperparameter) bool { return o.Name == h.Name }) {
				list = append(list, h)
			}
		}
	}
	return list
}

// check finds settings that no model has.
func (c *Catalog) check(s Settings) error {
	for _, one := range s {
		known := slices.ContainsFunc(c.Entries(), func(e Entry) bool { return e.Hyperparameter(one.Name) != nil })
		if !known {
			return fmt.Errorf("%w: no model has %q", ErrHyperparameter, one.Name)
		}
	}
	return nil
}

// Normal returns the settings in the order of Hyperparameters, each as its type has it and without those that are zero,
// so that equal settings have equal JSON.
func (c *Catalog) Normal(s Settings) (Settings, error) {
	if err := c.check(s); err != nil {
		return nil, err
	}
	var normal Settings
	for _, h := range c.Hyperparameters() {
		for _, one := range s {
			if one.Name != h.Name {
				continue
			}
			value, err := h.typed(one.Value)
			if err != nil {
				return nil, err
			}
			if !value.IsZero() {
				normal = append(normal, Setting{h.Name, value.Interface()})
			}
		}
	}
	return normal, nil
}

// New makes the model with those settings that it has.
func (e *Entry) New(s Settings) (Model, error) { return set(e.Model, e.Hyperparameters, s) }

// Hyperparameter returns that of a name, or nil if the model has none.
func (e *Entry) Hyperparameter(name string) *Hyperparameter {
	for i := range e.Hyperparameters {
		if e.Hyperparameters[i].Name == name {
			return &e.Hyperparameters[i]
		}
	}
	return nil
}

// Size returns the number of values in dense weights and in tables of the model, with its default hyper-parameters,
// over the given fields. It draws the weights to count them.
func (e *Entry) Size(fields []graph.Field) (dense, tables int, err error) {
	w := graph.NewWeights(rand.New(rand.NewPCG(0, 0)))
	defer w.Free()
	b := graph.NewBuilder(1, fields, w)
	Build(e.Model, b)
	dense, tables = w.Count()
	return dense, tables, b.Err()
}
