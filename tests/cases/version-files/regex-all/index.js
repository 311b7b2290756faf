if (version !== '1.2.3') {
  throw new Error('expected 1.2.3, and 1.2.3 of others')
}
