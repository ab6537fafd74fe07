package datasets

// Avazu is the schema of the training file of the Avazu Click-Through Rate Prediction contest
// (Kaggle, 2014): its 22 columns besides id and click, where hour, written YYMMDDHH, becomes hour
// of the day, weekday and weekend. Its last day is the test part.
//
// The file has a header line, but parts that were cut from it may lack one.
func Avazu() *Schema {
	columns := []string{
		"C1", "banner_pos", "site_id", "site_domain", "site_category", "app_id", "app_domain",
		"app_category", "device_id", "device_ip", "device_model", "device_type", "device_conn_type",
		"C14", "C15", "C16", "C17", "C18", "C19", "C20", "C21",
	}
	s := &Schema{
		Label:   "click",
		Columns: append([]string{"id", "click", "hour"}, columns...),
		Fields: []FieldSchema{
			{Name: "hour", Derive: "hour", Layout: avazuLayout},
			{Name: "weekday", Column: "hour", Derive: "weekday", Layout: avazuLayout},
			{Name: "weekend", Column: "hour", Derive: "weekend", Layout: avazuLayout},
		},
		Split: &Split{By: "time", Column: "hour", Layout: avazuLayout, Test: "1d"},
	}
	for _, name := range columns {
		s.Fields = append(s.Fields, FieldSchema{Name: name})
	}
	return s
}

// avazuLayout is how Avazu writes the hour.
const avazuLayout = "06010215"

// avazuLoader reads the contest's training file. Splits: those of withSplit; the random one is
// that of Avazu_x4. Values that occur less than MinCount times, default 1, are out of vocabulary;
// Avazu_x4 has 2 for embeddings of dimension 16.
func avazuLoader() loader {
	schema := func(o LoadOptions) (*Schema, error) {
		s, err := Avazu().withSplit("avazu", o.Split)
		if err != nil {
			return nil, err
		}
		return s.withMinCount(o.MinCount), nil
	}
	return loader{name: "avazu", schema: schema, open: openBySchema(schema)}
}
