package schema_test

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

func ExampleParse() {
	s, err := schema.Parse([]byte(`
label: click
delimiter: ";"
fields:
  - {name: site, min_count: 2}
  - {name: hour, column: time, derive: hour, layout: unix}
split: {by: time, column: time, layout: unix, test: 1d}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Fields[1].RawColumn().Name, s.Format.Delimiter)
	_, err = schema.Parse([]byte("label: click\nfields: [{name: site, kind: text}]"))
	fmt.Println(err)
	// Output:
	// time ;
	// bad schema: field 1 ("site"): kind: want categorical, numeric or list, got "text"
}
