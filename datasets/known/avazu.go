package known

import (
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// Avazu returns the schema of the training file of the Avazu Click-Through Rate Prediction contest
// (Kaggle, 2014): its 22 columns besides id and click, where hour, written YYMMDDHH, becomes hour
// of the day, weekday and weekend. Its last day is the test part.
//
// The file has a header line, but parts that were cut from it may lack one.
func Avazu() *schema.Schema {
	const layout = "06010215" // of the hour
	columns := []string{
		"C1", "banner_pos", "site_id", "site_domain", "site_category", "app_id", "app_domain",
		"app_category", "device_id", "device_ip", "device_model", "device_type", "device_conn_type",
		"C14", "C15", "C16", "C17", "C18", "C19", "C20", "C21",
	}
	s := &schema.Schema{
		Label:  "click",
		Format: rawlog.Format{Columns: append([]string{"id", "click", "hour"}, columns...)},
		Fields: []schema.Field{
			{Name: "hour", Derive: "hour", Layout: layout},
			{Name: "weekday", Column: "hour", Derive: "weekday", Layout: layout},
			{Name: "weekend", Column: "hour", Derive: "weekend", Layout: layout},
		},
		Split: &schema.Split{By: "time", Column: "hour", Layout: layout, Test: "1d"},
	}
	for _, name := range columns {
		s.Fields = append(s.Fields, schema.Field{Name: name})
	}
	return s
}

// avazuEntry reads the contest's training file, with the splits of byDay. The benchmark Avazu_x4 has the
// random split, and a MinCount of 2 for embeddings of dimension 16.
func avazuEntry() Entry { return Entry{Name: "avazu", Schema: byDay("avazu", Avazu)} }
