package kernel

// Transpose computes dst (columns, rows) = the transpose of src (rows, columns).
func Transpose(dst, src []float32, rows, columns int) {
	transpose(dst, rows, src, columns, rows, columns)
}

// transpose is Transpose for matrices whose rows begin dstStride and srcStride elements apart.
func transpose(dst []float32, dstStride int, src []float32, srcStride, rows, columns int) {
	if rows == 0 || columns == 0 {
		return
	}
	_, _ = dst[(columns-1)*dstStride+rows-1], src[(rows-1)*srcStride+columns-1]
	if active.lanes > 16 {
		for r := range rows {
			for c, v := range src[r*srcStride:][:columns] {
				dst[c*dstStride+r] = v
			}
		}
		return
	}
	for c := 0; c < columns; c += active.lanes {
		width := min(active.lanes, columns-c)
		for r := 0; r < rows; r += active.lanes {
			height := min(active.lanes, rows-r)
			active.transpose(&dst[c*dstStride+r], dstStride, &src[r*srcStride+c], srcStride, height, width, mask(height), mask(width))
		}
	}
}
