package bench

import "github.com/ctrzoo/ctrzoo/zoo"

// ModelShape returns the hyper-parameters of a model of the zoo that are common in comparisons, for 24 fields of dimension 16; none for
// another model.
func ModelShape(model string) zoo.Settings {
	var catalog *zoo.Catalog
	if _, err := catalog.Find(model); err != nil {
		return nil
	}
	shape := zoo.Settings{
		{Name: "embedding_dim", Value: 16}, {Name: "hidden_units", Value: []int{512, 256, 128}},
		{Name: "cin_units", Value: []int{100, 100, 100}}, {Name: "block_units", Value: 128},
	}
	if model == "wukong" {
		shape = append(shape, zoo.Settings{
			{Name: "hidden_units", Value: []int{256, 128}}, {Name: "layers", Value: 3},
			{Name: "fmb_units", Value: 16}, {Name: "lcb_units", Value: 16}, {Name: "rank", Value: 16}, {Name: "fmb_hidden_units", Value: []int{256}},
		}...)
	}
	return shape
}

// HistoryOf returns how many ids the list has that takes the place of the last field, for a model that attends to one; else 0.
func HistoryOf(model string) int { return map[string]int{"din": 50}[model] }

// Models returns the models of the zoo by name, each in its ModelShape.
func Models() map[string]zoo.Model {
	all := map[string]zoo.Model{}
	var catalog *zoo.Catalog
	for _, e := range catalog.Entries() {
		m, err := e.New(ModelShape(e.Name))
		if err != nil {
			panic(err) // a test makes them
		}
		all[e.Name] = m
	}
	return all
}
