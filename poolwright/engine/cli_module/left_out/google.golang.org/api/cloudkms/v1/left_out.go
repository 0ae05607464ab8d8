// Package cloudkms stands for google.golang.org/api/cloudkms/v1 in a build without Google Cloud.
package cloudkms

// CloudkmsScope is asked for by nobody here.
const CloudkmsScope = ""
