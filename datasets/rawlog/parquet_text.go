package rawlog

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// parquetText returns the function that turns the values of a Parquet type into text: integers and
// floats in decimal digits, so that ids stay exact; true as 1, false as 0; a date as 2006-01-02; a
// timestamp as 2006-01-02 15:04:05, with the fraction of the second if it has one, which the layout of
// whole seconds reads too; a float that is not a number as missing.
func parquetText(t parquet.Type) (func(parquet.Value) string, error) {
	kind := t.Kind()
	switch logical := logicalType(t).(type) {
	case *format.DateType:
		if kind != parquet.Int32 {
			return nil, errParquetType
		}
		return dateText, nil
	case *format.TimestampType:
		if kind != parquet.Int64 || logical.Unit.Value == nil { // in a damaged file
			return nil, errParquetType
		}
		return timestampText(logical.Unit.Value.Duration()), nil
	case *format.IntType:
		if kind != parquet.Int32 && kind != parquet.Int64 {
			return nil, errParquetType
		}
		if !logical.IsSigned {
			return unsignedText(kind), nil
		}
	case *format.DecimalType, *format.Float16Type, *format.UUIDType, *format.BsonType:
		return nil, fmt.Errorf("columns of the Parquet type %s cannot be read", t)
	}
	switch kind {
	case parquet.Boolean:
		return booleanText, nil
	case parquet.Int32:
		return func(v parquet.Value) string { return strconv.Itoa(int(v.Int32())) }, nil
	case parquet.Int64:
		return func(v parquet.Value) string { return strconv.FormatInt(v.Int64(), 10) }, nil
	case parquet.Float:
		return func(v parquet.Value) string { return floatText(float64(v.Float()), 32) }, nil
	case parquet.Double:
		return func(v parquet.Value) string { return floatText(v.Double(), 64) }, nil
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return func(v parquet.Value) string { return string(v.ByteArray()) }, nil
	}
	return nil, fmt.Errorf("columns of the Parquet type %s cannot be read", t)
}

var errParquetType = fmt.Errorf("%w: values of one type are said to be of another", errDamaged)

func logicalType(t parquet.Type) format.LogicalTypeValue {
	if l := t.LogicalType(); l != nil {
		return l.Value
	}
	return nil
}

func dateText(v parquet.Value) string {
	return time.Unix(int64(v.Int32())*24*60*60, 0).UTC().Format(time.DateOnly)
}

// timestampText writes whole seconds without a fraction.
func timestampText(unit time.Duration) func(parquet.Value) string {
	perSecond := int64(time.Second / unit)
	return func(v parquet.Value) string {
		t := time.Unix(v.Int64()/perSecond, v.Int64()%perSecond*int64(unit))
		return t.UTC().Format("2006-01-02 15:04:05.999999999")
	}
}

func unsignedText(kind parquet.Kind) func(parquet.Value) string {
	if kind == parquet.Int32 {
		return func(v parquet.Value) string { return strconv.FormatUint(uint64(v.Uint32()), 10) }
	}
	return func(v parquet.Value) string { return strconv.FormatUint(v.Uint64(), 10) }
}

func booleanText(v parquet.Value) string {
	if v.Boolean() {
		return "1"
	}
	return "0"
}

// AppendFloat appends the text of a number as a log has it: the shortest one that means the same number of so many bits, 32
// or 64. Whole numbers have no exponent, as in other formats; NaN is an empty cell.
func AppendFloat(to []byte, x float64, bits int) []byte {
	switch {
	case math.IsNaN(x):
		return to
	case math.Abs(x) < 1e15:
		return strconv.AppendFloat(to, x, 'f', -1, bits)
	}
	return strconv.AppendFloat(to, x, 'g', -1, bits)
}

func floatText(x float64, bits int) string { return string(AppendFloat(nil, x, bits)) }
