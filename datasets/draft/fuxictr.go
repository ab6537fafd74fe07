package draft

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/internal/safeyaml"
)

// ErrUnknownData is wrapped by the error of FuxiCTR for a data set that the file does not have.
var ErrUnknownData = errors.New("unknown data set")

// FuxiCTR makes a schema of a data set in the dataset_config.yaml of FuxiCTR. The notes list what is not
// taken over: keys that mean something for a model, such as embedding_dim; files; and fields of the type meta. Whatever else a
// schema does not have, such as the preprocessing convert_to_bucket or a na_value, is Lost. The name of the data set may be
// "" if the file has one only.
func FuxiCTR(path, dataset string) (*Draft, error) {
	text, err := safefile.ReadInput(path)
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	d, err := parseFuxiCTR(text, dataset)
	if err != nil {
		return nil, fmt.Errorf("datasets: %s: %w", path, err)
	}
	return d, nil
}

// settings are the keys of a YAML file with their values.
type settings map[string]any

func parseFuxiCTR(text []byte, dataset string) (*Draft, error) {
	var all map[string]settings
	if err := safeyaml.Decode(text, &all); err != nil {
		return nil, fmt.Errorf("%w: %w", schema.ErrInvalid, err)
	}
	names := slices.Sorted(maps.Keys(all))
	if dataset == "" && len(names) == 1 {
		dataset = names[0]
	}
	config, known := all[dataset]
	if !known {
		return nil, fmt.Errorf("%w %q; name one of: %s", ErrUnknownData, dataset, strings.Join(names, ", "))
	}
	c := &fuxiCTR{}
	c.note("Taken over from %s of a dataset_config.yaml of FuxiCTR.", dataset)
	if err := c.read(config); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", schema.ErrInvalid, dataset, err)
	}
	if err := c.Schema.Check(); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", schema.ErrInvalid, dataset, err)
	}
	return &c.Draft, nil
}

// fuxiCTR takes over a data set.
type fuxiCTR struct {
	Draft
	minCount int
}

// ignored are keys without a meaning for the data.
var ignored = []string{"name", "active", "dtype", "source", "type", "data_root", "rebuild_dataset", "feature_cols", "label_col"}

// notOfColumns are keys that say nothing about what a model reads of a column: files, and hyper-parameters.
var notOfColumns = []string{"train_data", "valid_data", "test_data", "embedding_dim", "pretrained_emb", "freeze_emb", "remark"}

func (c *fuxiCTR) read(config settings) (err error) {
	c.Schema = &schema.Schema{}
	for _, key := range slices.Sorted(maps.Keys(config)) {
		value := config[key]
		switch {
		case key == "min_categr_count":
			c.minCount, err = wholeNumber(key, value)
		case key == "data_format":
			switch value {
			case "csv":
			case "parquet":
				c.Schema.Format.Name = "parquet"
			default:
				err = fmt.Errorf("data_format: %v cannot be read; csv and parquet can", value)
			}
		case slices.Contains(notOfColumns, key):
			c.note("%s is not taken over: %v", key, value)
		case !slices.Contains(ignored, key):
			c.lose("%s is not taken over: %v", key, value)
		}
		if err != nil {
			return err
		}
	}
	labels := settingsList(config["label_col"])
	if len(labels) != 1 {
		return fmt.Errorf("label_col: want one label, got %d", len(labels))
	}
	c.Schema.Label = fmt.Sprint(labels[0]["name"])
	for _, column := range settingsList(config["feature_cols"]) {
		if err := c.addColumn(column); err != nil {
			return err
		}
	}
	return nil
}

// addColumn makes fields of an entry of feature_cols, which may name many columns.
func (c *fuxiCTR) addColumn(column settings) error {
	if column["active"] == false {
		return nil
	}
	names, many := column["name"].([]any)
	if !many {
		names = []any{column["name"]}
	}
	for _, name := range names {
		f := schema.Field{Name: fmt.Sprint(name)}
		left, err := c.describe(&f, column)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", f.Name, err)
		case left == "":
			c.Schema.Fields = append(c.Schema.Fields, f)
		case column["type"] == "meta":
			c.note("%s is left out: %s", f.Name, left)
		default:
			c.lose("%s is left out: %s", f.Name, left)
		}
	}
	return nil
}

// settingsList returns the entries of a list, or the only one.
func settingsList(value any) (list []settings) {
	entries, many := value.([]any)
	if !many {
		entries = []any{value}
	}
	for _, entry := range entries {
		if s, is := entry.(map[string]any); is {
			list = append(list, s)
		}
	}
	return list
}

func wholeNumber(key string, value any) (int, error) {
	switch n := value.(type) {
	case uint64:
		if n < 1<<31 {
			return int(n), nil
		}
	case int:
		return n, nil
	}
	return 0, fmt.Errorf("%s: want a whole number, got %v", key, value)
}
