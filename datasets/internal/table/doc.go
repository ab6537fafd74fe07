// Package table reads the records of a log ahead, on a goroutine of its own, to tables of cells by columns. What the cells mean it
// does not know.
//
//	ahead := table.ReadAhead(ctx, log, columns, meter, table.MostRows)
//	defer ahead.Close()
//	for t := range ahead.Tables() {
//		... t.Cell(column, row) ...
//		ahead.GiveBack(t)
//	}
package table
