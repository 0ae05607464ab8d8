if [ "$ready" = false ]; then exit 0; fi
