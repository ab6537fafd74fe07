package solvers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// What the errors of a Catalog wrap.
var (
	ErrUnknownSolver = errors.New("unknown solver")
	ErrCatalog       = errors.New("solvers: bad catalog")
)

// Entries lists the solvers of this package. A new one is a file and a line here.
func Entries() []Entry {
	return []Entry{
		adamEntry(),
		adamWEntry(),
		adamAREntry(),
		adagradEntry(),
		adagradWEntry(),
		adagradAREntry(),
		samEntry(),
		samAdagradEntry(),
		medaEntry(),
		medaAdagradEntry(),
		rmspropAREntry(),
		l2Entry(),
		falEntry(),
		cowClipEntry(),
	}
}

// Catalog finds solvers by name: those of this package and one's own. The nil Catalog has those of this
// package.
type Catalog struct{ entries []Entry }

// NewCatalog makes a catalog of the solvers of this package and one's own. It is an error, which wraps
// ErrCatalog and names entry and parameter, if an entry has no name, the name of another or no New, or if
// it has a parameter that is malformed or means something else in another entry.
func NewCatalog(own ...Entry) (*Catalog, error) {
	c := &Catalog{Entries()}
	for i, e := range own {
		if err := c.check(e); err != nil {
			return nil, fmt.Errorf("%w: own entry %d (%q): %w", ErrCatalog, i, e.Name, err)
		}
		c.entries = append(c.entries, e)
	}
	return c, nil
}

// Entries lists the solvers.
func (c *Catalog) Entries() []Entry {
	if c == nil {
		return Entries()
	}
	return c.entries
}

// Find returns the entry of a name. An unknown name is an error that wraps ErrUnknownSolver and lists the
// known ones.
func (c *Catalog) Find(name string) (Entry, error) {
	var known []string
	for _, e := range c.Entries() {
		if e.Name == name {
			return e, nil
		}
		known = append(known, e.Name)
	}
	return Entry{}, fmt.Errorf("%w %q; known: %s", ErrUnknownSolver, name, strings.Join(known, ", "))
}

// Find returns the entry of a solver of this package. An unknown name is an error that wraps
// ErrUnknownSolver and lists the known ones.
func Find(name string) (Entry, error) { return (*Catalog)(nil).Find(name) }

// Parameters lists those of all solvers, each name once. Solvers differ in their defaults, so these have
// none.
func (c *Catalog) Parameters() []Parameter {
	var list []Parameter
	for _, e := range c.Entries() {
		for _, p := range e.Parameters {
			if !hasName(list, p.Name) {
				p.Default = 0
				list = append(list, p)
			}
		}
	}
	return list
}

// The characters of which names are made.
const (
	entryCharacters     = "abcdefghijklmnopqrstuvwxyz0123456789-"
	parameterCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_"
)

func madeOf(name, characters string) bool { return name != "" && strings.Trim(name, characters) == "" }

// check returns an error if an entry cannot be added.
func (c *Catalog) check(e Entry) error {
	switch {
	case !madeOf(e.Name, entryCharacters):
		return errors.New("the name must be made of small letters, digits and hyphens")
	case e.New == nil:
		return errors.New("it has no New")
	case slices.ContainsFunc(c.entries, func(o Entry) bool { return o.Name == e.Name }):
		return errors.New("there is a solver of that name")
	}
	for i, p := range e.Parameters {
		err := c.checkParameter(p)
		if hasName(e.Parameters[:i], p.Name) {
			err = errors.New("the entry has two of that name")
		}
		if err != nil {
			return fmt.Errorf("parameter %d (%q): %w", i, p.Name, err)
		}
	}
	return nil
}

// checkParameter returns an error if a parameter is malformed or means something else in another entry.
func (c *Catalog) checkParameter(p Parameter) error {
	switch {
	case !madeOf(p.Name, parameterCharacters) || p.Name == buckets().Name:
		return fmt.Errorf("the name must be made of small letters, digits and underscores, and not %q", buckets().Name)
	case p.Meaning == "":
		return errors.New("it has no Meaning")
	case p.Default != 0 && p.check(p.Default) != nil:
		return fmt.Errorf("the default: %w", p.check(p.Default))
	}
	for _, e := range c.entries {
		if other, has := e.Parameter(p.Name); has && p.describe() != other.describe() {
			return fmt.Errorf("here it is %q, in %s %q", p.describe(), e.Name, other.describe())
		}
	}
	return nil
}

// describe returns what parameters of one name have in common.
func (p Parameter) describe() string {
	if p.Switch {
		return p.Meaning + ": a switch"
	}
	return p.Meaning + ": must be " + p.words()
}
