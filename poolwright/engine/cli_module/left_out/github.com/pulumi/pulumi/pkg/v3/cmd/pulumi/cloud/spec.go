package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/gorilla/mux"
)

// ParamSpec is a parameter of an operation that this build does not know.
type ParamSpec struct {
	Name, In, Type string
	Required       bool
	Description    string
	Values         []string
}

// ResponseSpec is an answer of one.
type ResponseSpec struct {
	Status, Description, ContentType, SchemaText, SchemaMarkdown string
	SchemaJSON                                                   json.RawMessage
}

// ErrorRef is an answer without a schema.
type ErrorRef struct{ Status, Description string }

// Operation is one of Pulumi Cloud's API.
type Operation struct {
	OperationID, Method, Path, Summary, Description, Tag string
	Params                                               []ParamSpec
	HasBody                                              bool
	BodyContentType, ResponseContentType                 string
	SuccessContentTypes                                  []string
	BodySchemaText, ResponseSchemaText                   string
	BodySchemaJSON, ResponseSchemaJSON                   json.RawMessage
	BodySchemaMarkdown                                   string
	InlineResponses                                      []ResponseSpec
	StockErrors                                          []ErrorRef
	IsPreview, IsDeprecated                              bool
	SupersededBy                                         string
}

// Key names it.
func (o *Operation) Key() string { return o.Method + " " + o.Path }

// Index is of all operations.
type Index struct {
	Operations  []*Operation
	ByKey       map[string]*Operation
	SpecVersion string
	router      *mux.Router
}

// LoadIndex finds none.
func LoadIndex(context.Context, io.Writer, bool) (*Index, error) {
	return nil, errors.New(
		"this Pulumi CLI was built by poolwright, without `pulumi api`: install the official one")
}
