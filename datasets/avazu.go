package datasets

import "fmt"

// Avazu is the schema of the training file of the Avazu Click-Through Rate Prediction contest
// (Kaggle, 2014): its 22 columns besides id and click, where hour, written YYMMDDHH, becomes hour
// of the day, weekday and weekend. Its last day is the test part.
//
// The file has a header line, but parts that were cut from it may lack one.
func Avazu() *Schema {
	const layout = "06010215"
	columns := []string{
		"C1", "banner_pos", "site_id", "site_domain", "site_category", "app_id", "app_domain",
		"app_category", "device_id", "device_ip", "device_model", "device_type", "device_conn_type",
		"C14", "C15", "C16", "C17", "C18", "C19", "C20", "C21",
	}
	s := &Schema{
		Label:   "click",
		Columns: append([]string{"id", "click", "hour"}, columns...),
		Fields: []FieldSchema{
			{Name: "hour", Derive: "hour", Layout: layout},
			{Name: "weekday", Column: "hour", Derive: "weekday", Layout: layout},
			{Name: "weekend", Column: "hour", Derive: "weekend", Layout: layout},
		},
		Split: &Split{By: "time", Column: "hour", Layout: layout, Test: "1d"},
	}
	for _, name := range columns {
		s.Fields = append(s.Fields, FieldSchema{Name: name})
	}
	return s
}

// avazuLoader reads the contest's training file. Splits: day (default), the last day for test;
// chronological, 8:1:1 by time; random, 8:1:1 by row as in Avazu_x4. Values that
// occur less than MinCount times, default 1, are out of vocabulary; Avazu_x4 has 2 for embeddings
// of dimension 16.
func avazuLoader() loader {
	schema := func(o LoadOptions) (*Schema, error) {
		s := Avazu()
		switch o.Split {
		case "", "day":
		case "chronological":
			s.Split.Valid, s.Split.Test = "0.1", "0.1"
		case "random":
			s.Split = &Split{By: "random", Valid: "0.1", Test: "0.1"}
		default:
			return nil, fmt.Errorf("datasets: avazu: unknown split %q; known: day, chronological, random", o.Split)
		}
		return s.withMinCount(o.MinCount), nil
	}
	return loader{name: "avazu", schema: schema, open: openBySchema(schema)}
}
