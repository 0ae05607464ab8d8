package cloud

// What describes an operation is asked for where there are some, and this build knows none.

func mdInline(text string) string { return text }

var methodPrecedence map[string]int

func markdownEnumTail([]string) string { return "" }
