package flags

import (
	"fmt"
	"strings"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/spf13/pflag"
)

// Model holds the flags of a model: its name, its hyper-parameters, and how its embeddings start.
type Model struct {
	Name string

	flags   *pflag.FlagSet
	catalog *zoo.Catalog
	init    string
}

// AddModelAndSolver adds the flags of a model and of a solver, after the other flags of the command.
// There is one for each hyper-parameter and each parameter in the catalogs. If it has the name of another
// flag, that is an error of c.
func AddModelAndSolver(flags *pflag.FlagSet, c *Catalogs) (*Model, *Solver) {
	var m *Model
	var s *Solver
	ui.Group(flags, ui.ModelFlags, func() { m = newModel(flags, c) })
	ui.Group(flags, ui.SolverFlags, func() { s = AddSolver(flags, c) })
	ui.Group(flags, ui.ModelFlags, func() { m.addHyperparameters(c) })
	return m, s
}

// AddModel adds the flags of a model alone, whose weights are not drawn.
func AddModel(flags *pflag.FlagSet, c *Catalogs) *Model {
	m := &Model{flags: flags, catalog: c.Models, init: "zeros"}
	flags.StringVar(&m.Name, "model", "dnn", "model; zoo models lists them")
	m.addHyperparameters(c)
	return m
}

// newModel adds the flags that do not depend on the models.
func newModel(flags *pflag.FlagSet, c *Catalogs) *Model {
	m := &Model{flags: flags, catalog: c.Models}
	flags.StringVar(&m.Name, "model", "dnn", "model; zoo models lists them")
	flags.StringVar(&m.init, "embedding-init", "normal:0.01", "start of embeddings: normal:STD, uniform:LIMIT or zeros")
	return m
}

func (m *Model) addHyperparameters(c *Catalogs) {
	for _, h := range m.catalog.Hyperparameters() {
		models := m.with(h.Name)
		if c.isFree(m.flags, Name(h.Name), fmt.Sprintf("hyper-parameter %T.%s", models[0].Model, h.Field)) {
			m.add(&h, models)
		}
	}
}

// with lists the models that have a hyper-parameter.
func (m *Model) with(name string) (models []zoo.Entry) {
	for _, e := range m.catalog.Entries() {
		if e.Hyperparameter(name) != nil {
			models = append(models, e)
		}
	}
	return models
}

// add adds the flag of a hyper-parameter of some models. If it is not given, each takes its own default.
func (m *Model) add(h *zoo.Hyperparameter, models []zoo.Entry) {
	name, usage := Name(h.Name), h.Help+inWords(h.Range)
	if len(models) < len(m.catalog.Entries()) {
		var names []string
		for _, e := range models {
			names = append(names, e.Name)
		}
		usage = strings.Join(names, ", ") + ": " + usage
	}
	switch h.Kind() {
	case "int":
		m.flags.Int(name, 0, usage)
	case "float64":
		m.flags.Float64(name, 0, usage)
	case "bool":
		m.flags.Bool(name, false, usage)
	case "string":
		m.flags.String(name, "", usage)
	case "[]int":
		m.flags.IntSlice(name, nil, usage)
	}
	flag := m.flags.Lookup(name)
	for _, e := range models {
		if e.Hyperparameter(h.Name).Default != h.Default {
			flag.Usage += " (defaults: zoo models)"
			return
		}
	}
	if h.Default != "" {
		flag.DefValue = h.Default
	}
}

// inWords describes the range of a hyper-parameter.
func inWords(values string) string {
	if low, isLeast := strings.CutSuffix(values, ", inf)"); isLeast && low[0] == '[' {
		return "; at least " + low[1:]
	}
	switch {
	case values == "":
		return ""
	case strings.ContainsAny(values[:1], "[("):
		return "; in " + values
	}
	return "; " + strings.ReplaceAll(values, "|", " or ")
}

// Check returns what is wrong with the flags.
func (m *Model) Check() error {
	if _, err := m.New(); err != nil {
		return err
	}
	_, err := m.Initializer()
	return err
}

// New makes the model that the flags describe, with the default of every hyper-parameter that is not given.
func (m *Model) New() (zoo.Model, error) {
	settings, err := m.Settings()
	if err != nil {
		return nil, err
	}
	entry, err := m.catalog.Find(m.Name)
	if err != nil {
		return nil, err
	}
	model, err := entry.New(settings)
	if err != nil {
		return nil, err
	}
	return zoo.Complete(model)
}

// Settings returns the hyper-parameters that were given.
func (m *Model) Settings() (zoo.Settings, error) {
	entry, err := m.catalog.Find(m.Name)
	if err != nil {
		return nil, fmt.Errorf("--model: %w", err)
	}
	var settings zoo.Settings
	for _, h := range m.catalog.Hyperparameters() {
		flag := m.flags.Lookup(Name(h.Name))
		if !flag.Changed {
			continue
		}
		own := entry.Hyperparameter(h.Name)
		if own == nil {
			return nil, fmt.Errorf("--%s does not apply to --model %s (%T)", flag.Name, m.Name, entry.Model)
		}
		value, err := own.Parse(textOf(flag))
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", flag.Name, err)
		}
		settings = append(settings, zoo.Setting{Name: h.Name, Value: value})
	}
	return settings, nil
}

// Initializer reads --embedding-init.
func (m *Model) Initializer() (graph.Initializer, error) {
	init, err := graph.ParseInitializer(m.init)
	if err != nil {
		return nil, fmt.Errorf("--embedding-init: %w", err)
	}
	return init, nil
}

// InitializerText returns --embedding-init as it was given; "" if it was not.
func (m *Model) InitializerText() string {
	if !m.flags.Changed("embedding-init") {
		return ""
	}
	return m.init
}
